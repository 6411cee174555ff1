// One application for each way to mount Clerk's verifier: node app.mjs express-raw
// It answers 200 with the type of the verified event, or 400 with what the verifier says.
// The only setting is CLERK_WEBHOOK_SIGNING_SECRET.
import http from 'node:http';

const path = '/api/webhooks/clerk';

const apps = {
  'express-raw': express => express.raw({ type: 'application/json' }),
  'express-text': express => express.text({ type: 'application/json' }),
  'express-json': express => express.json(),
  'express-none': () => (request, response, next) => next(),
};

async function startExpress(parserOf) {
  const { default: express } = await import('express');
  const { verifyWebhook } = await import('@clerk/express/webhooks');
  const app = express();
  app.post(path, parserOf(express), async (request, response) => {
    try {
      const event = await verifyWebhook(request);
      response.json({ verified: event.type });
    } catch (error) {
      response.status(400).json({ refused: error.message });
    }
  });
  return new Promise(resolve => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}

async function startFastify(asText) {
  const { default: fastify } = await import('fastify');
  const { verifyWebhook } = await import('@clerk/fastify/webhooks');
  const app = fastify();
  if (asText)
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => done(null, body));
  app.post(path, async (request, reply) => {
    try {
      const event = await verifyWebhook(request);
      return { verified: event.type };
    } catch (error) {
      return reply.code(400).send({ refused: error.message });
    }
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server.address().port;
}

async function startPlain() {
  const { verifyWebhook } = await import('@clerk/backend/webhooks');
  const server = http.createServer(async (incoming, outgoing) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = new Request(`http://127.0.0.1${incoming.url}`, { method: 'POST', headers: incoming.headers, body: Buffer.concat(chunks) });
    outgoing.setHeader('content-type', 'application/json');
    try {
      const event = await verifyWebhook(request);
      outgoing.end(JSON.stringify({ verified: event.type }));
    } catch (error) {
      outgoing.statusCode = 400;
      outgoing.end(JSON.stringify({ refused: error.message }));
    }
  });
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

const name = process.argv[2];
const port = name === 'fastify' ? await startFastify(false)
  : name === 'fastify-text' ? await startFastify(true)
  : name === 'plain' ? await startPlain()
  : await startExpress(apps[name]);
console.log(`Listening on http://127.0.0.1:${port}${path}`);
