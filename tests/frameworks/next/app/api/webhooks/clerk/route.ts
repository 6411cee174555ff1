import { verifyWebhook } from '@clerk/nextjs/webhooks';
import type { NextRequest } from 'next/server';

export async function POST(request: NextRequest) {
  try {
    const event = await verifyWebhook(request);
    return Response.json({ verified: event.type });
  } catch (error) {
    return Response.json({ refused: String(error) }, { status: 400 });
  }
}
