import { clerkMiddleware } from '@clerk/astro/server';

// What is asked for here needs a sign-in. A webhook route must not be among it: Clerk has no session.
export const onRequest = clerkMiddleware((auth, context) => {
  const { isAuthenticated, redirectToSignIn } = auth();
  if (context.url.pathname.startsWith('/private') && !isAuthenticated)
    return redirectToSignIn();
});
