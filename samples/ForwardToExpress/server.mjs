// A webhook route as Clerk's guide for Express has it. ClerkSync forwards to it, signed with the same secret, so the route does not know the difference.
// Settings: CLERK_WEBHOOK_SIGNING_SECRET (read by verifyWebhook), PORT (default 3000).
import express from 'express';
import { verifyWebhook } from '@clerk/express/webhooks';

const app = express();

app.post('/api/webhooks/clerk', express.raw({ type: 'application/json' }), async (request, response) => {
  let event;
  try {
    event = await verifyWebhook(request);
  } catch (error) {
    console.error(`Refused: ${error.message}`);
    return response.status(400).json({ error: 'This is no webhook of Clerk, or its signing secret is another one.' });
  }

  // The same message may come twice; its id makes your own effects happen once.
  const messageId = request.headers['svix-id'];
  switch (event.type) {
    case 'user.created':
      console.log(`${messageId}: welcome, ${event.data.id}`);
      break;
    case 'user.deleted':
      console.log(`${messageId}: goodbye, ${event.data.id}`);
      break;
    default:
      console.log(`${messageId}: ${event.type}`);
  }

  // Anything but 2xx, and ClerkSync tries again.
  response.json({ verified: event.type });
});

const server = app.listen(process.env.PORT || 3000, '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}/api/webhooks/clerk`);
});
