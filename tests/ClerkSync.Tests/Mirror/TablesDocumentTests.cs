using System.Text;
using ClerkSync.Events;
using ClerkSync.Mirror;
using ClerkSync.Storage;
using ClerkSync.Tests.Documents;

namespace ClerkSync.Tests.Mirror;

/// <summary><c>docs/tables.md</c> is made of the definitions.</summary>
public sealed class TablesDocumentTests
{
    [Fact]
    public void The_page_of_tables_is_made_of_the_definitions() => GeneratedDocument.IsUpToDate("docs/tables.md", Write());

    [Fact]
    public void Each_event_type_names_the_table_it_belongs_to() => Assert.All(
        ClerkEventTypes.All,
        type => Assert.Equal((type.Name, MirrorTables.OfEvent(type.Name)?.Name), (type.Name, type.MirrorTable)));

    private static string Write()
    {
        var text = new StringBuilder("""
            # Tables and columns

            On PostgreSQL the tables are in the schema `clerk`, elsewhere their names begin with `clerk_`. Each has a view with the suffix `_live` without the
            deleted rows, and that is what most queries want. `data` is the whole object as Clerk sent it; the columns are derived from it, and a value of
            another type than the column's shows as NULL.

            | Kind | PostgreSQL | SQLite |
            | --- | --- | --- |
            | text, id | `text` | `TEXT` |
            | list | `text[]` | `TEXT`, a JSON array |
            | integer | `bigint` | `INTEGER` |
            | flag | `boolean` | `INTEGER`, 0 or 1 |
            | moment | `timestamptz` | `TEXT`, ISO 8601 in UTC with milliseconds |
            | json | `jsonb` | `TEXT` |

            There are no foreign keys between these tables and no unique index on addresses, names or slugs: events come in any order, and an address
            can belong to a new user before its old owner is gone.

            ## Columns of every table

            | Column | Kind | Meaning |
            | --- | --- | --- |
            | `id` | id | Clerk's id; the key |
            | `data` | json | the object; NULL when erased |
            | `instance_id` | id | the Clerk instance it came from |
            | `sync_version` | integer | `updated_at` of the state in ms, 0 when it has none |
            | `sync_completeness` | integer | 2: the subject of an event, 1: embedded in another object, 0: a stub |
            | `sync_event_at` | moment | when the event of the state happened, by Clerk's clock |
            | `sync_tiebreaker` | bytes | decides between states that are equal otherwise |
            | `sync_source` | id | where the state came from: `webhook`, or an answer of Clerk's API: `backfill`, `reconcile`, `read_through`; `ensure_user` for a row that holds only an id |
            | `sync_message_id` | id | the message it came with |
            | `sync_repairs` | text | what was repaired so that it could be stored: `characters`, `numbers`, `depth`; NULL for nothing |
            | `synced_at` | moment | when the row was written last, by the local clock |
            | `told_deleted_at` | moment | earliest deletion that Clerk told; final |
            | `last_seen_at` | moment | latest event at which the object was alive |
            | `proven_absent_at` | moment | when it was proved missing in Clerk |
            | `deleted_at` | moment | since when it is deleted; NULL while it lives |
            | `deleted_by` | id | why: `event`, `cascade` or `reconcile` |

            """);
        foreach (var table in MirrorTables.All)
            WriteTable(text, table);
        return text.ToString();
    }

    private static void WriteTable(StringBuilder text, MirrorTable table)
    {
        text.Append($"\n## {table.Name}\n\n{table.Meaning}\n\nEvents: {string.Join(", ", table.EventTypes.Select(e => $"`{e}`"))}.\n");
        if (table.Parents.Count > 0)
            text.Append($"\nIt does not outlive: {string.Join(", ", table.Parents.Select(p => $"`{p.Table}` (`{p.Column}`)"))}.\n");
        text.Append("\n| Column | Kind | From |\n| --- | --- | --- |\n");
        foreach (var (name, kind, meaning) in MirrorSchema.PublicColumns(table).Skip(1))
            text.Append($"| `{name}` | {NameOf(kind)} | {meaning} |\n");
        foreach (var view in table.ArrayViews)
        {
            var primary = view.PrimaryColumn is null ? "" : ", `is_primary`";
            text.Append($"\nView `{view.Name}`, one row for each of `{view.Member}` of a living user: `user_id`, {string.Join(", ", view.Columns.Select(c => $"`{c.Name}`"))}{primary}.\n");
        }
    }

    private static string NameOf(ColumnKind kind) => kind switch
    {
        ColumnKind.TextList => "list",
        ColumnKind.Boolean => "flag",
        ColumnKind.Timestamp => "moment",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
