import { verifyWebhook } from '@clerk/express/webhooks';
import express, { Router } from 'express';

export const webhooks = Router();

webhooks.post('/api/webhooks/clerk', express.raw({ type: 'application/json' }), async (request, response) => {
  try {
    const event = await verifyWebhook(request);
    response.json({ verified: event.type });
  } catch (error) {
    response.status(400).json({ refused: String(error) });
  }
});
