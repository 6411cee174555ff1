using ClerkSync.Mirror;
using ClerkSync.Storage;

namespace ClerkSync.PostgreSql;

/// <summary>
/// The function <c>clerk.ensure_user(id)</c>, which an application calls in its own transaction where a row of its own refers to a user whose webhook may not have
/// come yet. It adds a row that holds the id and nothing else, below every state that Clerk ever sends, and takes no lock but that of the new row. Where the row is there
/// it only reads.
/// </summary>
internal static class EnsureUser
{
    private const string Name = "ensure_user";

    public static IReadOnlyList<ExtraObject> Objects(SqlDialect dialect)
    {
        var function = $"{dialect.TableName(SchemaArea.Mirror, Name)}(text)";
        return
        [
            new(Name, SchemaArea.Mirror, Create(dialect), IsReplaced: true),

            // it runs with the rights of whoever owns the tables, so nobody else has it without being granted it
            new(Name, SchemaArea.Mirror, $"REVOKE ALL ON FUNCTION {function} FROM PUBLIC", IsReplaced: true),
        ];
    }

    /// <summary>On one line: a script of statements is cut where a line ends with a semicolon.</summary>
    private static string Create(SqlDialect dialect) =>
        $$"""
        CREATE OR REPLACE FUNCTION {{dialect.TableName(SchemaArea.Mirror, Name)}}(user_id text) RETURNS text
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $ensure_user$
        BEGIN
          IF user_id IS NULL OR user_id !~ '^user_[0-9A-Za-z_]{1,180}$' THEN
            RAISE EXCEPTION 'ensure_user: % is no id of a Clerk user.', COALESCE(quote_literal(left(user_id, 120)), 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Ids of users begin with user_, followed by letters and digits: the claim "sub" of a session token.';
          END IF;
          IF EXISTS (SELECT 1 FROM {{dialect.TableName(SchemaArea.Mirror, "users")}} AS u WHERE u.id = ensure_user.user_id) THEN
            RETURN user_id;
          END IF;
          INSERT INTO {{dialect.TableName(SchemaArea.Mirror, "users")}} (id, data, sync_event_at, sync_tiebreaker, sync_source, synced_at)
          VALUES (
            user_id, jsonb_build_object('id', user_id), 'epoch', '\x01'::bytea || sha256(convert_to('{"id":"' || user_id || '"}', 'UTF8')), {{SqlDialect.Literal(StateOrigin.EnsureUser)}}, clock_timestamp())
          ON CONFLICT (id) DO NOTHING;
          RETURN user_id;
        END
        $ensure_user$
        """.ReplaceLineEndings(" ");
}
