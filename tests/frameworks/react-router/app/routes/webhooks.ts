import { verifyWebhook } from '@clerk/react-router/webhooks';
import type { ActionFunctionArgs } from 'react-router';

export async function action({ request }: ActionFunctionArgs) {
  try {
    const event = await verifyWebhook(request);
    return Response.json({ verified: event.type });
  } catch (error) {
    return Response.json({ refused: String(error) }, { status: 400 });
  }
}
