namespace WelcomeEmail;

/// <summary>Stands for a mail provider: a folder with a file for each mail, named by its idempotency key.</summary>
internal sealed class MailFolder(string folder)
{
    public async Task SendAsync(string idempotencyKey, string to, string subject, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{idempotencyKey}.eml");
        await File.WriteAllTextAsync(file, $"To: {to}\nSubject: {subject}\n\nGlad to have you.\n", cancellationToken);
    }
}
