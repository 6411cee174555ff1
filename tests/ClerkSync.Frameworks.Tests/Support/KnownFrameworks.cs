namespace ClerkSync.Frameworks.Tests.Support;

/// <summary>The seven that Clerk's guide to webhooks shows.</summary>
internal static class KnownFrameworks
{
    /// <summary>Bodies that JavaScript writes otherwise: escapes, line breaks, a number with a fraction of zero.</summary>
    private static readonly string[] WrittenOtherwise =
        ["email.created.unicode-escapes", "organizationMembership.created.unicode-escapes", "subscriptionItem.active.legacy-fields", "user.deleted.pretty"];

    public static IReadOnlyList<Framework> All { get; } =
    [
        new("next", "Next.js", "@clerk/nextjs", ["next", "react"], "app/api/webhooks/clerk/route.ts")
        {
            Guard = "proxy.ts",
            GetAnswers = 405,
            Pitfalls =
            [
                "The matcher of `proxy.ts` (`middleware.ts` before Next.js 16) may cover the route; what is protected may not. A protected route redirects Clerk to the sign-in page (307), and a redirect is a failed delivery.",
                "`next start --hostname 127.0.0.1` together with `clerkMiddleware()` does not work: the server takes `localhost` and `127.0.0.1` for two machines, sends every request to itself, and Clerk gets a timeout. "
                    + "Use `--hostname localhost`, or none.",
                "A route below `pages/api` gets a parsed body, and the verifier writes it anew. Put the route below `app`.",
            ],
        },
        new("astro", "Astro", "@clerk/astro", ["astro", "@astrojs/node"], "src/pages/api/webhooks/clerk.ts")
        {
            Guard = "src/middleware.ts",
            DevelopmentRefusesOtherHosts = true,
            GetAnswers = 404,
            Pitfalls =
            [
                "The application needs an adapter, and `output: 'server'` or `export const prerender = false` in the route's file. Without an adapter nothing runs that could take a POST; without the other, the build calls the route and warns.",
                "`clerkMiddleware()` runs before the route. What redirects to the sign-in page must leave the route out.",
            ],
        },
        new("express", "Express", "@clerk/express", ["express"], "webhooks.js")
        {
            Guard = "server.js",
            GetAnswers = 404,
            Pitfalls =
            [
                "`express.raw({ type: 'application/json' })` stands on the route, and the route before `app.use(express.json())`. With `express.json()` the verifier writes the body anew and refuses what JavaScript writes otherwise; without any parser it sees an "
                    + "empty body. [Forwards](forwards.md#frameworks) has the table.",
                "Mount the route before whatever asks for a sign-in.",
            ],
        },
        new("fastify", "Fastify", "@clerk/fastify", ["fastify"], "webhooks.js")
        {
            Guard = "server.js",
            GetAnswers = 404,
            Refuses = WrittenOtherwise,
            Pitfalls =
            [
                "The verifier writes the parsed body anew, so it refuses a body with `\\u00e9` instead of `é`, with line breaks, or with `10.0`, from Clerk itself as well. Clerk's bodies are compact JSON, so it usually fits. "
                    + "To be safe, take `verifyWebhook` of `@clerk/backend/webhooks` with a `Request` made of the raw bytes.",
                "A parser that keeps the text does not help: the text is quoted once more, and nothing is accepted.",
                "Register the route outside the plugin that asks for a sign-in.",
            ],
        },
        new("nuxt", "Nuxt", "@clerk/nuxt", ["nuxt"], "server/api/webhooks/clerk.post.ts")
        {
            Guard = "server/middleware/clerk.ts",
            DevelopmentRefusesOtherHosts = true,
            SecretVariable = "NUXT_CLERK_WEBHOOK_SIGNING_SECRET",
            GetAnswers = 404,
            Pitfalls =
            [
                "The secret's variable is `NUXT_CLERK_WEBHOOK_SIGNING_SECRET`. When it is missing, the error names `CLERK_WEBHOOK_SIGNING_SECRET`, and setting that one does not help.",
                "`.post` in the file's name keeps the route to that method. A middleware of the server runs for every route: leave this one out of what asks for a sign-in.",
            ],
        },
        new("react-router", "React Router", "@clerk/react-router", ["react-router", "@react-router/serve"], "app/routes/webhooks.ts")
        {
            Guard = "app/root.tsx",
            DevelopmentRefusesOtherHosts = true,
            GetAnswers = 400,
            Pitfalls =
            [
                "The file has an `action` and no component, and stands in `app/routes.ts`: `route('api/webhooks/clerk', 'routes/webhooks.ts')`. With a component the status is the same, but the answer is a whole page, and that is what Clerk's Dashboard then shows.",
                "A loader of a layout around the route does not run for it, but middleware does: leave the route out of what asks for a sign-in.",
                "A GET is answered 400, as a forged delivery is. That is the missing `loader`, and no sign of a wrong secret.",
            ],
        },
        new("tanstack-start", "TanStack Start", "@clerk/tanstack-react-start", ["@tanstack/react-start", "@tanstack/react-router"], "src/routes/api/webhooks/clerk.ts")
        {
            Guard = "src/start.ts",
            DevelopmentRefusesOtherHosts = true,
            GetAnswers = 200,
            Pitfalls =
            [
                "The route has `server.handlers` and no component. A GET is answered with an empty page and 200, which proves nothing.",
                "`clerkMiddleware()` in `src/start.ts` runs for every request. What asks for a sign-in belongs into the routes that need it.",
            ],
        },
    ];

    public static Framework Of(string folder) => All.Single(f => f.Folder == folder);
}
