import { clerkMiddleware, createRouteMatcher } from '@clerk/nuxt/server';

// What is listed here asks for a sign-in. A webhook route must not be on the list: Clerk has no session.
const isProtected = createRouteMatcher(['/private(.*)', '/api/private(.*)']);

export default clerkMiddleware(event => {
  if (isProtected(event) && !event.context.auth().userId)
    throw createError({ statusCode: 401, statusMessage: 'Sign in first' });
});
