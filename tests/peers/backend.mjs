// What an application does with Clerk's own client, against whatever CLERK_API_URL names: node backend.mjs users
// It ends with 0 and the line "done", or with what was not as expected.
// Settings: CLERK_SECRET_KEY, CLERK_API_URL; for tokens CLERK_JWT_KEY and, to show that it is refused, EXPIRED_TOKEN.
import assert from 'node:assert/strict';
import { createClerkClient, verifyToken } from '@clerk/backend';

const secretKey = process.env.CLERK_SECRET_KEY;
const apiUrl = process.env.CLERK_API_URL;
const clerk = createClerkClient({ secretKey, apiUrl });

const refused = async (work, status, code) => {
  const error = await assert.rejects(work).then(() => work().catch(e => e));
  assert.equal(error.status, status);
  assert.equal(error.errors[0].code, code);
  assert.ok(error.clerkTraceId, 'a trace id');
  return error;
};

// Everything of a list, through as many pages as it takes.
const all = async (list, limit) => {
  const found = [];
  for (let offset = 0; ; offset += limit) {
    const { data, totalCount } = await list({ limit, offset });
    found.push(...data);
    assert.ok(data.length <= limit);
    if (data.length < limit) {
      assert.equal(totalCount, found.length);
      return found;
    }
  }
};

const ids = objects => objects.map(o => o.id);

const scenarios = {
  async users() {
    const before = await clerk.users.getCount();
    const made = [];
    for (let i = 0; i < 23; i++) {
      made.push(await clerk.users.createUser({
        emailAddress: [`member${i}@users.example`],
        firstName: `First${i}`,
        lastName: 'Last',
        externalId: `own-${i}`,
        publicMetadata: { number: i, nested: { camelCase: true, snake_case: [1, null, 'x'] } },
        privateMetadata: { note: 'only for servers' },
        unsafeMetadata: { theme: 'dark' },
      }));
    }

    const [first] = made;
    assert.match(first.id, /^user_/);
    assert.equal(first.primaryEmailAddress.emailAddress, 'member0@users.example');
    assert.equal(first.primaryEmailAddress.verification.status, 'verified');
    assert.equal(first.fullName, 'First0 Last');
    assert.equal(first.externalId, 'own-0');
    assert.deepEqual(first.publicMetadata, { number: 0, nested: { camelCase: true, snake_case: [1, null, 'x'] } });
    assert.deepEqual([first.privateMetadata, first.unsafeMetadata], [{ note: 'only for servers' }, { theme: 'dark' }]);
    assert.deepEqual([first.banned, first.locked, first.lastSignInAt], [false, false, null]);
    assert.ok(Math.abs(first.createdAt - Date.now()) < 60_000);
    assert.equal(await clerk.users.getCount(), before + 23);
    assert.equal(await clerk.users.getCount({ externalId: ['own-1', 'own-2', 'nobody'] }), 2);

    // Pages, upwards and downwards, and by default ten of the newest.
    const upwards = ids(await all(page => clerk.users.getUserList({ ...page, orderBy: '+created_at' }), 5));
    assert.deepEqual(upwards.slice(-23), ids(made));
    assert.deepEqual(ids(await all(page => clerk.users.getUserList({ ...page, orderBy: '-created_at' }), 7)), upwards.toReversed());
    assert.deepEqual(ids((await clerk.users.getUserList()).data), upwards.toReversed().slice(0, 10));
    assert.equal((await clerk.users.getUserList({ limit: 500 })).data.length, upwards.length);
    await refused(() => clerk.users.getUserList({ orderBy: 'shoe_size' }), 422, 'form_param_value_invalid');

    // Filters.
    assert.deepEqual(ids((await clerk.users.getUserList({ emailAddress: ['member3@users.example', 'member4@users.example'], orderBy: '+created_at' })).data), ids(made.slice(3, 5)));
    assert.deepEqual(ids((await clerk.users.getUserList({ userId: [made[9].id] })).data), [made[9].id]);
    assert.deepEqual(ids((await clerk.users.getUserList({ externalId: ['own-7'] })).data), [made[7].id]);
    assert.deepEqual(ids((await clerk.users.getUserList({ query: 'member12@' })).data), [made[12].id]);
    assert.equal((await clerk.users.getUserList({ createdAtBefore: first.createdAt })).data.length, Math.min(before, 10));

    // Changes.
    const renamed = await clerk.users.updateUser(first.id, { firstName: 'Ada', username: 'ada_l' });
    assert.deepEqual([renamed.firstName, renamed.lastName, renamed.username], ['Ada', 'Last', 'ada_l']);
    assert.ok(renamed.updatedAt > first.updatedAt);
    assert.deepEqual(renamed.publicMetadata, first.publicMetadata);
    await refused(() => clerk.users.createUser({ emailAddress: ['member1@users.example'] }), 422, 'form_identifier_exists');
    await refused(() => clerk.users.updateUser(made[1].id, { username: 'ada_l' }), 422, 'form_identifier_exists');

    // Metadata: merged, a null removes; or replaced.
    const merged = await clerk.users.updateUserMetadata(first.id, { publicMetadata: { number: null, plan: 'pro', nested: { camelCase: null } }, privateMetadata: { more: 1 } });
    assert.deepEqual(merged.publicMetadata, { plan: 'pro', nested: { snake_case: [1, null, 'x'] } });
    assert.deepEqual(merged.privateMetadata, { note: 'only for servers', more: 1 });
    const replaced = await clerk.users.replaceUserMetadata(first.id, { publicMetadata: { only: true } });
    assert.deepEqual([replaced.publicMetadata, replaced.unsafeMetadata], [{ only: true }, { theme: 'dark' }]);
    assert.deepEqual((await clerk.users.getUser(first.id)).publicMetadata, { only: true });

    // One more address, which becomes the primary one.
    const address = await clerk.emailAddresses.createEmailAddress({ userId: first.id, emailAddress: 'ada@users.example', verified: true, primary: true });
    assert.match(address.id, /^idn_/);
    const moved = await clerk.users.getUser(first.id);
    assert.equal(moved.primaryEmailAddressId, address.id);
    assert.equal(moved.emailAddresses.length, 2);
    assert.equal((await clerk.emailAddresses.getEmailAddress(address.id)).emailAddress, 'ada@users.example');

    // Bans and locks.
    assert.equal((await clerk.users.banUser(made[1].id)).banned, true);
    assert.equal((await clerk.users.getUser(made[1].id)).banned, true);
    assert.equal((await clerk.users.unbanUser(made[1].id)).banned, false);
    assert.equal((await clerk.users.lockUser(made[2].id)).locked, true);
    assert.equal((await clerk.users.unlockUser(made[2].id)).locked, false);

    // Deletions.
    const gone = await clerk.users.deleteUser(made[5].id);
    assert.equal(gone.id, made[5].id);
    await refused(() => clerk.users.getUser(made[5].id), 404, 'resource_not_found');
    await refused(() => clerk.users.deleteUser(made[5].id), 404, 'resource_not_found');
    assert.equal(await clerk.users.getCount(), before + 22);
    assert.equal((await clerk.users.getUserList({ externalId: ['own-5'] })).data.length, 0);
  },

  async organizations() {
    const people = [];
    for (let i = 0; i < 12; i++)
      people.push(await clerk.users.createUser({ emailAddress: [`member${i}@teams.example`], firstName: `Member${i}` }));

    const team = await clerk.organizations.createOrganization({ name: 'Lantern Works', createdBy: people[0].id, publicMetadata: { size: 'small' }, maxAllowedMemberships: 50 });
    assert.match(team.id, /^org_/);
    assert.deepEqual([team.name, team.maxAllowedMemberships, team.publicMetadata], ['Lantern Works', 50, { size: 'small' }]);
    const others = [];
    for (let i = 0; i < 11; i++)
      others.push(await clerk.organizations.createOrganization({ name: `Team ${i}`, slug: `team-${i}` }));
    assert.deepEqual(ids(await all(page => clerk.organizations.getOrganizationList({ ...page, orderBy: '+created_at' }), 5)).slice(-12), ids([team, ...others]));
    assert.equal((await clerk.organizations.getOrganization({ slug: 'team-3' })).id, others[3].id);
    assert.equal((await clerk.organizations.getOrganization({ organizationId: team.id, includeMembersCount: true })).membersCount, 1);

    const renamed = await clerk.organizations.updateOrganization(team.id, { name: 'Lantern', slug: 'lantern' });
    assert.deepEqual([renamed.name, renamed.slug], ['Lantern', 'lantern']);
    assert.ok(renamed.updatedAt > team.updatedAt);
    assert.deepEqual((await clerk.organizations.updateOrganizationMetadata(team.id, { publicMetadata: { size: null, city: 'Bern' }, privateMetadata: { rating: 5 } })).publicMetadata, { city: 'Bern' });
    assert.deepEqual((await clerk.organizations.getOrganization({ organizationId: team.id })).privateMetadata, { rating: 5 });

    // Members.
    const memberships = [];
    for (const person of people.slice(1))
      memberships.push(await clerk.organizations.createOrganizationMembership({ organizationId: team.id, userId: person.id, role: 'org:member' }));
    assert.match(memberships[0].id, /^orgmem_/);
    assert.deepEqual([memberships[0].role, memberships[0].organization.id, memberships[0].publicUserData.userId], ['org:member', team.id, people[1].id]);
    assert.equal(memberships[0].publicUserData.identifier, 'member1@teams.example');
    await refused(() => clerk.organizations.createOrganizationMembership({ organizationId: team.id, userId: people[1].id, role: 'org:member' }), 400, 'already_a_member_in_organization');
    const listed = await all(page => clerk.organizations.getOrganizationMembershipList({ organizationId: team.id, ...page, orderBy: '+created_at' }), 5);
    assert.deepEqual(listed.map(m => m.publicUserData.userId), ids(people));
    assert.equal(listed[0].role, 'org:admin');
    assert.deepEqual(ids(await all(page => clerk.organizations.getInstanceOrganizationMembershipList({ ...page, orderBy: '+created_at' }), 4)).slice(-12), ids(listed));
    assert.deepEqual(ids((await clerk.organizations.getOrganizationMembershipList({ organizationId: team.id, role: ['org:admin'] })).data), [listed[0].id]);
    assert.deepEqual(ids((await clerk.users.getOrganizationMembershipList({ userId: people[3].id })).data), [listed[3].id]);

    const promoted = await clerk.organizations.updateOrganizationMembership({ organizationId: team.id, userId: people[1].id, role: 'org:admin' });
    assert.deepEqual([promoted.id, promoted.role], [memberships[0].id, 'org:admin']);
    const noted = await clerk.organizations.updateOrganizationMembershipMetadata({ organizationId: team.id, userId: people[1].id, publicMetadata: { desk: 4 } });
    assert.deepEqual(noted.publicMetadata, { desk: 4 });
    assert.equal((await clerk.organizations.deleteOrganizationMembership({ organizationId: team.id, userId: people[2].id })).id, memberships[1].id);
    assert.equal((await clerk.organizations.getOrganizationMembershipList({ organizationId: team.id })).totalCount, 11);

    // Invitations and domains.
    const invitation = await clerk.organizations.createOrganizationInvitation({ organizationId: team.id, emailAddress: 'guest@teams.example', role: 'org:member', inviterUserId: people[0].id });
    assert.deepEqual([invitation.status, invitation.organizationId], ['pending', team.id]);
    assert.equal((await clerk.organizations.revokeOrganizationInvitation({ organizationId: team.id, invitationId: invitation.id, requestingUserId: people[0].id })).status, 'revoked');
    assert.equal((await clerk.organizations.getOrganizationInvitationList({ organizationId: team.id, status: ['pending'] })).totalCount, 0);
    const domain = await clerk.organizations.createOrganizationDomain({ organizationId: team.id, name: 'teams.example', enrollmentMode: 'manual_invitation', verified: true });
    assert.deepEqual([domain.name, domain.verification?.status], ['teams.example', 'verified']);
    assert.deepEqual(ids((await clerk.organizations.getOrganizationDomainList({ organizationId: team.id })).data), [domain.id]);

    // Who goes takes along what hangs on it.
    await clerk.users.deleteUser(people[4].id);
    assert.equal((await clerk.organizations.getOrganizationMembershipList({ organizationId: team.id })).totalCount, 10);
    assert.equal((await clerk.organizations.deleteOrganization(team.id)).id, team.id);
    await refused(() => clerk.organizations.getOrganization({ organizationId: team.id }), 404, 'resource_not_found');
    assert.equal((await clerk.users.getOrganizationMembershipList({ userId: people[0].id })).totalCount, 0);
  },

  async others() {
    const invitation = await clerk.invitations.createInvitation({ emailAddress: 'new@others.example', publicMetadata: { from: 'us' } });
    assert.deepEqual([invitation.status, invitation.publicMetadata], ['pending', { from: 'us' }]);
    assert.ok(ids((await clerk.invitations.getInvitationList()).data).includes(invitation.id));
    assert.equal((await clerk.invitations.revokeInvitation(invitation.id)).status, 'revoked');
    assert.ok(!ids((await clerk.invitations.getInvitationList()).data).includes(invitation.id));
    assert.ok(ids((await clerk.invitations.getInvitationList({ status: 'revoked' })).data).includes(invitation.id));

    const entry = await clerk.waitlistEntries.create({ emailAddress: 'waiting@others.example' });
    assert.equal(entry.status, 'pending');
    assert.deepEqual(ids((await clerk.waitlistEntries.list({ status: 'pending' })).data), [entry.id]);

    const permission = await clerk.organizationPermissions.createOrganizationPermission({ key: 'org:reports:read', name: 'Read reports' });
    const role = await clerk.organizationRoles.createOrganizationRole({ key: 'org:auditor', name: 'Auditor', description: '', permissions: [permission.id] });
    assert.deepEqual(role.permissions.map(p => p.key), ['org:reports:read']);
    assert.ok(ids((await clerk.organizationRoles.getOrganizationRoleList({ limit: 100 })).data).includes(role.id));

    const instance = await clerk.instance.get();
    assert.match(instance.id, /^ins_/);
    assert.equal(instance.environmentType, 'development');
    assert.equal((await clerk.jwks.getJwks()).keys[0].kid, instance.id);

    const wrong = createClerkClient({ secretKey: 'sk_test_of_somebody_else', apiUrl });
    await refused(() => wrong.users.getCount(), 401, 'clerk_key_invalid');
  },

  async tokens() {
    const user = await clerk.users.createUser({ emailAddress: ['session@tokens.example'] });
    const team = await clerk.organizations.createOrganization({ name: 'Tokens', slug: 'tokens', createdBy: user.id });
    const session = await clerk.sessions.createSession({ userId: user.id });
    assert.deepEqual([session.status, session.userId], ['active', user.id]);
    assert.deepEqual(ids((await clerk.sessions.getSessionList({ userId: user.id })).data), [session.id]);
    const { jwt } = await clerk.sessions.getToken(session.id);

    const byKey = await verifyToken(jwt, { jwtKey: process.env.CLERK_JWT_KEY });
    assert.deepEqual([byKey.sub, byKey.sid, byKey.v, byKey.sts], [user.id, session.id, 2, 'active']);
    assert.deepEqual(await verifyToken(jwt, { secretKey, apiUrl }), byKey);
    assert.equal(byKey.exp - byKey.iat, 60);

    const refusal = (token, options, reason) => assert.rejects(() => verifyToken(token, options), error => {
      assert.equal(error.reason, reason);
      return true;
    });
    await refusal(process.env.EXPIRED_TOKEN, { jwtKey: process.env.CLERK_JWT_KEY }, 'token-expired');
    await refusal(process.env.EXPIRED_TOKEN, { secretKey, apiUrl }, 'token-expired');
    const [header, payload, signature] = jwt.split('.');
    const forged = JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url')), sub: 'user_other' });
    await refusal(`${header}.${Buffer.from(forged).toString('base64url')}.${signature}`, { jwtKey: process.env.CLERK_JWT_KEY }, 'token-invalid-signature');

    // A whole request of a browser, as applications check it.
    const publishableKey = process.env.CLERK_PUBLISHABLE_KEY;
    const state = await clerk.authenticateRequest(new Request('http://localhost:3000/', { headers: { authorization: `Bearer ${jwt}` } }), { publishableKey, jwtKey: process.env.CLERK_JWT_KEY });
    assert.equal(state.isAuthenticated, true, state.message);
    assert.equal(state.toAuth().userId, user.id);

    // The same with the keys that the API hands out, and again with a token that has run out.
    const fetching = token => clerk.authenticateRequest(new Request('http://localhost:3000/', { headers: { authorization: `Bearer ${token}` } }), { publishableKey });
    assert.equal((await fetching(jwt)).toAuth().userId, user.id);
    assert.equal((await fetching(process.env.EXPIRED_TOKEN)).isAuthenticated, false);
    assert.ok(team.id);

    assert.equal((await clerk.sessions.revokeSession(session.id)).status, 'revoked');
  },

  // The client tells of the limit, and how long to wait.
  async limit() {
    let error;
    for (let i = 0; i < 1_100 && !error; i++)
      error = await clerk.users.getCount().then(() => undefined, e => e);
    assert.equal(error?.status, 429);
    assert.equal(error.errors[0].code, 'too_many_requests');
    assert.ok(error.retryAfter >= 1 && error.retryAfter <= 10, `Retry-After ${error.retryAfter}`);
  },
};

await scenarios[process.argv[2]]();
console.log('done');
