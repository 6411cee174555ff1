import { ClerkProvider } from '@clerk/react-router';
import { clerkMiddleware, rootAuthLoader } from '@clerk/react-router/server';
import { type LoaderFunctionArgs, Outlet, Scripts, useLoaderData } from 'react-router';

export const middleware = [clerkMiddleware()];

export const loader = (args: LoaderFunctionArgs) => rootAuthLoader(args);

export default function Root() {
  return (
    <html lang="en">
      <body>
        <ClerkProvider loaderData={useLoaderData<typeof loader>()}>
          <Outlet />
        </ClerkProvider>
        <Scripts />
      </body>
    </html>
  );
}
