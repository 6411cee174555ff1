// Clerk's guide for Express, with the upsert in the request: node guide.mjs
// Settings: PORT, DATABASE_URL, CLERK_WEBHOOK_SIGNING_SECRET
import { verifyWebhook } from '@clerk/express/webhooks';
import express from 'express';
import { createTable, store } from './store.mjs';

const app = express();

app.get('/health/live', (request, response) => {
  response.sendStatus(200);
});

app.post('/api/webhooks/clerk', express.raw({ type: 'application/json' }), async (request, response) => {
  let event;
  try {
    event = await verifyWebhook(request);
  } catch {
    return response.status(400).send('Webhook verification failed');
  }
  await store(event);
  response.json({ received: true });
});

await createTable();
app.listen(Number(process.env.PORT), '127.0.0.1');
