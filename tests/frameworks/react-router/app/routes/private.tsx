import { getAuth } from '@clerk/react-router/server';
import { type LoaderFunctionArgs, redirect } from 'react-router';

export async function loader(args: LoaderFunctionArgs) {
  const { userId } = await getAuth(args);
  if (!userId)
    throw redirect('/');
  return null;
}

export default function Private() {
  return <h1>Signed in</h1>;
}
