import { index, route, type RouteConfig } from '@react-router/dev/routes';

export default [
  index('routes/home.tsx'),
  route('private', 'routes/private.tsx'),
  route('api/webhooks/clerk', 'routes/webhooks.ts'),
] satisfies RouteConfig;
