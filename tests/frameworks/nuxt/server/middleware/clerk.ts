import { clerkMiddleware } from '@clerk/nuxt/server';

// What is asked for here needs a sign-in. A webhook route must not be among it: Clerk has no session.
export default clerkMiddleware(event => {
  if (event.path.startsWith('/private') && !event.context.auth().isAuthenticated)
    throw createError({ statusCode: 401, statusMessage: 'Sign in first' });
});
