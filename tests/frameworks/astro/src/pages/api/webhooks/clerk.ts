import { verifyWebhook } from '@clerk/astro/webhooks';
import type { APIRoute } from 'astro';

export const POST: APIRoute = async ({ request }) => {
  try {
    const event = await verifyWebhook(request);
    return Response.json({ verified: event.type });
  } catch (error) {
    return Response.json({ refused: String(error) }, { status: 400 });
  }
};
