import { writeFile } from 'node:fs/promises'

import { configJsonSchema } from '../src/foundation/config/index.ts'

/** Writes the JSON Schema that editors check `slipway.yaml` with. A test says whether it is up to date. */
const file = new URL('../docs/reference/slipway.schema.json', import.meta.url)
await writeFile(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`)
