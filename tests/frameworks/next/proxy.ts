import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server';

// What is listed here asks for a sign-in. A webhook route must not be on the list: Clerk has no session.
const isProtected = createRouteMatcher(['/private(.*)']);

export default clerkMiddleware(async (auth, request) => {
  if (isProtected(request))
    await auth.protect();
});

export const config = {
  matcher: ['/((?!_next|[^?]*\\.[a-z]+$).*)', '/(api|trpc)(.*)'],
};
