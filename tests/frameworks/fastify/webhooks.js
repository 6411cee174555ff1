import { verifyWebhook } from '@clerk/fastify/webhooks';

export async function webhooks(app) {
  app.post('/api/webhooks/clerk', async (request, reply) => {
    try {
      const event = await verifyWebhook(request);
      return { verified: event.type };
    } catch (error) {
      return reply.code(400).send({ refused: String(error) });
    }
  });
}
