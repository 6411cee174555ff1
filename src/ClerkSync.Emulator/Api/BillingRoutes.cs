using ClerkSync.Emulator.Objects;

namespace ClerkSync.Emulator.Api;

/// <summary>Plans, items and subscriptions.</summary>
internal static class BillingRoutes
{
    public static ApiResult? Route(ApiRequest request, Instance instance)
    {
        var billing = instance.Billing;
        switch (request.Method, request.Segments)
        {
            case ("GET", ["billing", "plans"]):
                var payerType = request.Text("payer_type");
                return ListAnswer.Make(billing.Plans, request, new() { Filter = p => payerType is null || p.Text("for_payer_type") == payerType });
            case ("GET", ["billing", "subscription_items"]):
                return Items(request, billing);
            case ("DELETE", ["billing", "subscription_items", var id]):
                return ApiResult.Of(billing.Items, billing.Items.SetStatus(id, "canceled"));
            case ("GET", ["users", var id, "billing", "subscription"]):
                return Subscription(billing, instance.Users.Get(id).Id);
            case ("GET", ["organizations", var id, "billing", "subscription"]):
                return Subscription(billing, instance.Organizations.Get(id).Id);
            default:
                return null;
        }
    }

    private static ApiResult Items(ApiRequest request, Billing billing)
    {
        var statuses = request.Texts("status");
        var payerType = request.Text("payer_type");
        var planId = request.Text("plan_id");
        return ListAnswer.Make(billing.Items, request, new()
        {
            Filter = i =>
                (request.Is("include_free") || billing.Items.PlanOf(i).Number("amount") > 0)
                && (statuses.Length == 0 || statuses.Contains(i.Text("status")) || (i.Is("is_free_trial") && statuses.Contains("free_trial")))
                && (payerType is null || billing.Items.PlanOf(i).Text("for_payer_type") == payerType)
                && (planId is null || i.Text("plan_id") == planId),
        });
    }

    private static ApiResult Subscription(Billing billing, string ownerId) => ApiResult.Of(
        billing.Subscriptions, billing.Subscriptions.OfOwner(ownerId) ?? throw ClerkEmulatorException.NotFound("subscription", ownerId));
}
