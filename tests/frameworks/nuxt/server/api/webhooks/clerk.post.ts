import { verifyWebhook } from '@clerk/nuxt/webhooks';

export default defineEventHandler(async event => {
  try {
    const { type } = await verifyWebhook(event);
    return { verified: type };
  } catch (error) {
    setResponseStatus(event, 400);
    return { refused: String(error) };
  }
});
