open System
open System.Threading
open System.Threading.Tasks
open ClerkSync.Events
open Microsoft.AspNetCore.Builder
open Microsoft.AspNetCore.Http

// begin host-fsharp
let describe (event: ClerkEvent | null) =
    match event with
    | null -> "no event"
    | :? UserDeleted as deleted -> $"gone: {deleted.Data.Id}"
    | :? UserEvent as changed -> $"{changed.Type} {changed.ObjectId}"
    | other -> other.Type

let receive (request: HttpRequest) (cancellationToken: CancellationToken) : Task<IResult> =
    task {
        let! webhook = request.VerifyClerkWebhookAsync cancellationToken

        match webhook.Refusal with
        | null ->
            printfn "%s %s" (describe webhook.Event) webhook.Id
            return Results.Ok {| received = true |}
        | refusal -> return refusal.ToResult()
    }
// end host-fsharp

[<EntryPoint>]
let main args =
    let app = WebApplication.CreateBuilder(args).Build()

    // begin host-fsharp-map
    app
        .MapPost("/api/webhooks/clerk", Func<HttpRequest, CancellationToken, Task<IResult>>(fun request token -> receive request token))
        .AllowAnonymous()
    |> ignore
    // end host-fsharp-map

    app.Run()
    0
