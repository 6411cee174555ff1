export default defineNuxtConfig({
  modules: ['@clerk/nuxt'],
  compatibilityDate: '2026-11-01',
  telemetry: false,
  // server/middleware/clerk.ts brings Clerk's middleware itself.
  clerk: { skipServerMiddleware: true },
});
