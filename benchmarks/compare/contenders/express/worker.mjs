// Works off what queue.mjs queued: node worker.mjs
// Settings: DATABASE_URL, REDIS_URL
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { createTable, store } from './store.mjs';

await createTable();

// A worker waits in blocking commands, which ioredis must not give up.
const connection = new Redis(process.env.REDIS_URL, { maxRetriesPerRequest: null });
const worker = new Worker('clerk-webhooks', job => store(job.data), { connection, concurrency: 50 });
worker.on('failed', (job, error) => console.error(job?.id, error));
worker.on('error', error => console.error(error));
