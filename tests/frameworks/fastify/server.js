import { clerkPlugin, getAuth } from '@clerk/fastify';
import Fastify from 'fastify';
import { webhooks } from './webhooks.js';

const app = Fastify();

await app.register(webhooks);
await app.register(async users => {
  await users.register(clerkPlugin);
  users.get('/', async () => 'Open to everybody');
  users.get('/private', async (request, reply) => getAuth(request).userId ? 'Signed in' : reply.redirect('/'));
});

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
