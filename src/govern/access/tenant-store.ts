import type { Queryable } from '../../foundation/platform/index.ts'
import type { Tenant } from './tenant.ts'

interface Row {
  id: string
  name: string | null
  services: string[] | null
  source: 'file' | 'api'
  created_at: Date
  disabled_at: Date | null
}

/** All of them, the disabled too, by id. */
export async function readTenants(database: Queryable): Promise<Tenant[]> {
  const rows = await database.query<Row>('SELECT * FROM tenants ORDER BY id')
  return rows.map(toTenant)
}

export async function findTenant(database: Queryable, id: string): Promise<Tenant | undefined> {
  const [row] = await database.query<Row>('SELECT * FROM tenants WHERE id = $1', [id])
  return row && toTenant(row)
}

/** Inserts the tenant or makes it what is given. `createdAt` stays what it was. */
export async function saveTenant(database: Queryable, tenant: Tenant): Promise<void> {
  await database.query(
    `INSERT INTO tenants (id, name, services, source, created_at, disabled_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (id) DO UPDATE
     SET name = $2, services = $3, source = $4, disabled_at = $6`,
    [
      tenant.id,
      tenant.name ?? null,
      tenant.services ?? null,
      tenant.source,
      tenant.createdAt,
      tenant.disabledAt ?? null,
    ],
  )
}

function toTenant(row: Row): Tenant {
  return {
    id: row.id,
    name: row.name ?? undefined,
    services: row.services ?? undefined,
    source: row.source,
    createdAt: row.created_at,
    disabledAt: row.disabled_at ?? undefined,
  }
}
