// The same guide with a queue behind it: the request only adds a job, worker.mjs does the upsert: node queue.mjs
// Settings: PORT, REDIS_URL, CLERK_WEBHOOK_SIGNING_SECRET
import { verifyWebhook } from '@clerk/express/webhooks';
import { Queue } from 'bullmq';
import express from 'express';
import { Redis } from 'ioredis';

const queue = new Queue('clerk-webhooks', {
  connection: new Redis(process.env.REDIS_URL),
  // A database that is away for a moment must not lose the event: after the answer nobody sends it again.
  defaultJobOptions: { removeOnComplete: true, attempts: 5, backoff: { type: 'exponential', delay: 1000 } },
});

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
  const id = request.get('svix-id');
  await queue.add(event.type, { id, type: event.type, data: event.data }, { jobId: id });
  response.json({ received: true });
});

await queue.waitUntilReady();
app.listen(Number(process.env.PORT), '127.0.0.1');
