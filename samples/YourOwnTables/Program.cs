using ClerkSync.Events;
using Microsoft.EntityFrameworkCore;
using YourOwnTables;

const string Database = "Data Source=shop.db";
var builder = WebApplication.CreateBuilder(args);

builder.Services.AddDbContext<ShopContext>(options => options.UseSqlite(Database).UseClerkMirror());
builder.Services.AddClerkSync()
    .UseSqlite(Database)
    .ProjectUsers<ShopContext, Customer>(customers => customers
        .Key(customer => customer.ClerkId)
        .Map(customer => customer.Email, user => user.PrimaryEmailAddress)
        .Map(customer => customer.Name, user => user.FullName)
        .OnInsert(customer => customer.CreatedAt, (user, context) => user.CreatedAt ?? context.Now)
        .OnChange(customer => customer.UpdatedAt, context => context.Now)
        .OnDeletedSet(customer => customer.DeletedAt, deletion => deletion.DeletedAt)
        .OnDeletedSet(customer => customer.Email, _ => null))       // the address may belong to somebody else tomorrow
    .ProjectOrganizations<ShopContext, Team>(teams => teams
        .Key(team => team.ClerkId)
        .Map(team => team.Name, organization => organization.Name)
        .OnDeletedRemove())
    .AddHandler<UserCreated>(
        handler => handler.UseTransaction<ShopContext>().Name = "voucher",
        async (created, context, cancellationToken) =>
        {
            var shop = context.Services.GetRequiredService<ShopContext>();
            shop.Vouchers.Add(new() { ClerkId = created.Data.Id, Code = $"WELCOME-{context.MessageId}" });
            await shop.SaveChangesAsync(cancellationToken);
        });

var app = builder.Build();

using (var scope = app.Services.CreateScope())
    scope.ServiceProvider.GetRequiredService<ShopContext>().Database.Migrate();

app.MapClerkWebhooks();
app.MapGet("/customers", (ShopContext shop) => shop.Customers
    .OrderBy(customer => customer.Id)
    .Select(customer => new
    {
        customer.ClerkId,
        customer.Email,
        customer.Name,
        customer.Points,
        Vouchers = shop.Vouchers.Where(voucher => voucher.ClerkId == customer.ClerkId).Select(voucher => voucher.Code).ToList(),
        Banned = shop.Users.Where(user => user.Id == customer.ClerkId).Select(user => user.Banned).FirstOrDefault(),
    })
    .ToListAsync());
app.MapGet("/teams", (ShopContext shop) => shop.Teams.OrderBy(team => team.Name).ToListAsync());
app.Run();
