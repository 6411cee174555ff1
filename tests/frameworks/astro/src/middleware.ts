import { clerkMiddleware, createRouteMatcher } from '@clerk/astro/server';

// What is listed here asks for a sign-in. A webhook route must not be on the list: Clerk has no session.
const isProtected = createRouteMatcher(['/private(.*)']);

export const onRequest = clerkMiddleware((auth, context) => {
  const { isAuthenticated, redirectToSignIn } = auth();
  if (isProtected(context.request) && !isAuthenticated)
    return redirectToSignIn();
});
