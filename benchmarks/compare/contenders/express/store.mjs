// The table, and what a verified event does to it.
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 });

// An idle connection that the database closes must not end the process.
pool.on('error', error => console.error(error));

export const createTable = () =>
  pool.query(`
    CREATE TABLE IF NOT EXISTS users (
      id text PRIMARY KEY,
      email text,
      first_name text,
      last_name text,
      image_url text,
      created_at timestamptz,
      updated_at timestamptz
    )`);

export async function store({ type, data }) {
  switch (type) {
    case 'user.created':
    case 'user.updated':
      await upsertUser(data);
      break;
    case 'user.deleted':
      await pool.query('DELETE FROM users WHERE id = $1', [data.id]);
      break;
  }
}

async function upsertUser(user) {
  const primary = user.email_addresses.find(address => address.id === user.primary_email_address_id);
  await pool.query(
    `INSERT INTO users (id, email, first_name, last_name, image_url, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (id) DO UPDATE SET
       email = excluded.email,
       first_name = excluded.first_name,
       last_name = excluded.last_name,
       image_url = excluded.image_url,
       created_at = excluded.created_at,
       updated_at = excluded.updated_at`,
    [
      user.id,
      primary?.email_address ?? null,
      user.first_name,
      user.last_name,
      user.image_url,
      new Date(user.created_at),
      new Date(user.updated_at),
    ],
  );
}
