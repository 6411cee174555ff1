// What Clerk's own verifier says of session tokens: node tokens.mjs cases.json
// The file: { now, publishableKey, secretKey, jwtKey, cases: [{ name, token, isCookie, signedInSince, authorizedParties, audience }] }
// Printed: one JSON object, by name: { verified, reason, request: null or { userId, … } }
import { readFileSync } from 'node:fs';
import { createClerkClient, verifyToken } from '@clerk/backend';

const { now, publishableKey, secretKey, jwtKey, cases } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// One clock for both sides, so that edges are edges.
Date.now = () => now;
const clerk = createClerkClient({ secretKey, publishableKey });
// The library warns of tokens that will be refused one day; here only verdicts count.
console.warn = console.error = () => {};

// The same token in a whole request: the session's status and the kind of token count, too.
const authenticate = async ({ token, isCookie, signedInSince, authorizedParties, audience }) => {
  try {
    const cookies = [`__session=${token}`, ...(signedInSince === null ? [] : [`__client_uat=${signedInSince}`])].join('; ');
    const headers = isCookie ? { cookie: cookies, accept: 'text/html', 'sec-fetch-dest': 'document' } : { authorization: `Bearer ${token}` };
    const request = new Request('https://app.example.com/', { headers });
    const state = await clerk.authenticateRequest(request, { jwtKey, authorizedParties, audience });
    const auth = state.isAuthenticated && state.toAuth();
    return auth && auth.userId
      ? {
          userId: auth.userId,
          sessionId: auth.sessionId ?? null,
          orgId: auth.orgId ?? null,
          orgRole: auth.orgRole ?? null,
          orgSlug: auth.orgSlug ?? null,
          orgPermissions: auth.orgPermissions ?? [],
          actor: auth.actor?.sub ?? null,
          hasExport: auth.has({ feature: 'u:export' }),
          hasDashboard: auth.has({ feature: 'o:dashboard' }),
          hasPro: auth.has({ plan: 'pro' }),
          isAdmin: auth.has({ role: 'org:admin' }),
          mayRead: auth.has({ permission: 'org:dashboard:read' }),
        }
      : null;
  } catch {
    return null;
  }
};

const verdicts = {};
for (const one of cases) {
  const verdict = await verifyToken(one.token, { jwtKey, authorizedParties: one.authorizedParties, audience: one.audience }).then(
    () => ({ verified: true, reason: null }),
    error => ({ verified: false, reason: error.reason ?? error.message }),
  );
  verdicts[one.name] = { ...verdict, request: await authenticate(one) };
}

process.stdout.write(JSON.stringify(verdicts) + '\n');
