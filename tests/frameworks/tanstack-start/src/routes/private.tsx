import { auth } from '@clerk/tanstack-react-start/server';
import { createFileRoute, redirect } from '@tanstack/react-router';
import { createServerFn } from '@tanstack/react-start';

const requireUser = createServerFn().handler(async () => {
  const { userId } = await auth();
  if (!userId)
    throw redirect({ to: '/' });
});

export const Route = createFileRoute('/private')({
  beforeLoad: () => requireUser(),
  component: () => <h1>Signed in</h1>,
});
