import { verifyWebhook } from '@clerk/tanstack-react-start/webhooks';
import { createFileRoute } from '@tanstack/react-router';

export const Route = createFileRoute('/api/webhooks/clerk')({
  server: {
    handlers: {
      POST: async ({ request }) => {
        try {
          const event = await verifyWebhook(request);
          return Response.json({ verified: event.type });
        } catch (error) {
          return Response.json({ refused: String(error) }, { status: 400 });
        }
      },
    },
  },
});
