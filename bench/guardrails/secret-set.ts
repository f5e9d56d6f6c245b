import { createHash, createHmac, generateKeyPairSync, randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Split } from './languages.ts'
import { Random } from './random.ts'

/** A text with the secrets in it, if any. */
export interface SecretSample {
  readonly text: string
  /** Of provider keys `provider`, of values behind a name `keyed`, and so on; of negatives what they look like. */
  readonly family: string
  readonly gold: readonly { readonly start: number; readonly end: number }[]
}

const alphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const urlSafe = `${alphanumeric}-_`
const hex = '0123456789abcdef'
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function withChecksum(prefix: string, random: Random): string {
  const body = random.text(30, alphanumeric)
  let rest = crc32(body)
  let sum = ''
  for (let index = 0; index < 6; index += 1) {
    sum = base62.charAt(rest % 62) + sum
    rest = Math.floor(rest / 62)
  }
  return `${prefix}${body}${sum}`
}

/** As the providers write them; in two parts, so that no scanner takes this file for a leak. */
const providers: readonly ((random: Random) => string)[] = [
  random => `AK${'IA'}${random.text(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
  random => `AI${'za'}${random.text(35, urlSafe)}`,
  random => withChecksum(`gh${'p_'}`, random),
  random => `github${'_pat_'}${random.text(22, alphanumeric)}_${random.text(59, alphanumeric)}`,
  random => `gl${'pat-'}${random.text(20, urlSafe)}`,
  random => `xo${'xb-'}${random.digits(12)}-${random.digits(13)}-${random.text(24, alphanumeric)}`,
  random =>
    `https://hooks.${'slack.com'}/services/T${random.text(9, 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789')}/B${random.text(9, 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789')}/${random.text(24, alphanumeric)}`,
  random => `sk${'_live_'}${random.text(24, alphanumeric)}`,
  random => `sk${'-proj-'}${random.text(74, urlSafe)}T3BlbkFJ${random.text(74, urlSafe)}`,
  random => `sk${'-ant-'}api03-${random.text(93, urlSafe)}AA`,
  random => `hf${'_'}${random.text(34, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')}`,
  random => `gsk${'_'}${random.text(52, alphanumeric)}`,
  random => withChecksum(`np${'m_'}`, random),
  random => `pypi${'-'}AgEIcHlwaS5vcmcC${random.text(140, urlSafe)}`,
  random => `SG${'.'}${random.text(22, urlSafe)}.${random.text(43, urlSafe)}`,
  random => `SK${random.text(32, hex)}`,
  random => `dop${'_v1_'}${random.text(64, hex)}`,
  random => `shp${'at_'}${random.text(32, hex)}`,
  random => `glsa${'_'}${random.text(32, alphanumeric)}_${random.text(8, hex)}`,
  random => `hvs${'.'}CAESI${random.text(90, urlSafe)}`,
  random => `dapi${random.text(32, hex)}`,
  random => `${random.digits(10)}:AA${random.text(33, urlSafe)}`,
  random => `NR${'AK-'}${random.text(27, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789')}`,
  random => `ya29${'.'}a0${random.text(160, urlSafe)}`,
  random => `sq0${'csp-'}${random.text(43, urlSafe)}`,
  random => `lin${'_api_'}${random.text(40, alphanumeric)}`,
]

const providerFrames: Readonly<Record<Split, readonly string[]>> = {
  dev: ['the key is X', 'KEY=X', 'client = Client("X")'],
  test: [
    'Why do I get 401 with X when I call the API?',
    'export TOKEN=X\n',
    '  token: X # production',
    '{"auth":{"value":"X"}}',
    'curl -H "x-token: X" https://api.example.org',
    'INFO 12:01 using X for upstream',
  ],
}

/** Names of secrets with the value behind them; the value is random, or a password as people make them. */
const keyedFrames: Readonly<Record<Split, readonly string[]>> = {
  dev: ['DB_PASSWORD=P', '"api_key": "S"', 'client_secret: S'],
  test: [
    'MYSQL_ROOT_PASSWORD=P', 'spring.datasource.password=P', '"authToken": "S"', "const apiKey = 'S'", 'aws_secret_access_key = A', 'secretKey: "S"', 'Server=db;User Id=sa;Password=P;', '<add key="ApiToken" value="S"/>',
    'https://api.example.org/v1/items?api_key=S&page=2', 'The wifi password is P', 'Mein Passwort ist P', 'La contraseña es P', 'Le mot de passe est P', 'Hasło: P', 'Log in with admin / password: P', 'Authorization: Bearer S', 'PGPASSWORD=P psql -h db', 'docker login -u me -p P', 'private_token: S', 'encryption_key = "S"',
  ],
} // prettier-ignore

function password(random: Random): string {
  return random.one([
    () =>
      `${random.one(['Sommer', 'dragon', 'Tiger', 'Welcome', 'hunter', 'Madrid'])}${random.whole(10, 9999)}${random.one(['!', '#', '$', '', '?'])}`,
    () => random.text(random.whole(8, 16), `${alphanumeric}!#%+-_`),
    () => `${random.text(4, 'abcdefghijk')}-${random.text(4, 'lmnopqrst')}-${random.digits(2)}`,
  ])()
}

export function secretSamples(split: Split, seed: number, each: number): SecretSample[] {
  const random = new Random(seed)
  const samples: SecretSample[] = []
  for (let index = 0; index < each * 3; index += 1) {
    const make = providers[index % providers.length]
    if (make) samples.push(placed('provider', random.one(providerFrames[split]), 'X', make(random)))
  }
  for (let index = 0; index < each * 2; index += 1) {
    const frames = keyedFrames[split]
    const frame = frames[index % frames.length] ?? ''
    if (/\bP\b/.test(frame)) samples.push(placed('keyed', frame, 'P', password(random)))
    else if (/\bA\b/.test(frame))
      samples.push(placed('keyed', frame, 'A', random.text(40, `${alphanumeric}/+`)))
    else
      samples.push(
        placed(
          'keyed',
          frame,
          'S',
          random.one([
            () => random.text(32, hex),
            () => random.text(random.whole(20, 44), alphanumeric),
            () => random.text(40, urlSafe),
          ])(),
        ),
      )
  }
  for (let index = 0; index < each / 2; index += 1) {
    samples.push(
      placed(
        'connection',
        split === 'dev'
          ? 'DATABASE_URL=X'
          : random.one(['url: "X"', 'connect to X please', "create_engine('X')"]),
        'X',
        `${random.one(['postgresql', 'mysql', 'mongodb+srv', 'redis', 'amqp'])}://${random.one(['app', 'root'])}:${random.text(12, alphanumeric)}@${random.one(['db.example.org', '10.0.0.5:5432', 'cluster0.abcde.mongodb.net'])}`,
      ),
    )
    samples.push(
      placed(
        'web token',
        split === 'dev'
          ? 'jwt X'
          : random.one(['Cookie: session=X', 'the token X expired', '"id_token":"X"']),
        'X',
        webToken(random),
      ),
    )
  }
  for (let index = 0; index < Math.max(4, each / 8); index += 1) {
    const pem = index % 2 === 0 ? rsa() : ec()
    samples.push(
      placed(
        'private key',
        split === 'dev' ? 'X' : random.one(['Here is my key:\nX\nwhat is wrong?', 'cat > id <<EOF\nX\nEOF']),
        'X',
        pem,
      ),
    )
  }
  return [...samples, ...negatives(split, each * 4, random)]
}

function placed(family: string, frame: string, place: string, value: string): SecretSample {
  const start = frame.search(new RegExp(`(?<![A-Za-z])${place}(?![A-Za-z])`))
  return {
    family,
    text: `${frame.slice(0, start)}${value}${frame.slice(start + 1)}`,
    gold: [{ start, end: start + value.length }],
  }
}

function webToken(random: Random): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: random.digits(8), iat: 1_700_000_000, name: random.text(8, 'abcdefgh') })}`
  return `${signed}.${createHmac('sha256', random.digits(16)).update(signed).digest('base64url')}`
}

const rsa = () =>
  generateKeyPairSync('rsa', { modulusLength: 2_048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
    .trim()
const ec = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'sec1', format: 'pem' })
    .toString()
    .trim()

/** What looks like a secret and is none. */
function negatives(split: Split, count: number, random: Random): SecretSample[] {
  const sha = (size: number) => random.text(size, hex)
  const makers: readonly (readonly [family: string, make: () => string])[] =
    split === 'dev'
      ? [
          ['hash', () => `commit ${sha(40)}`],
          ['uuid', () => `id: ${randomUUID()}`],
          [
            'placeholder',
            () => random.one(['API_KEY=your-api-key', 'password: ${DB_PASSWORD}', 'token = "<token>"']),
          ],
          [
            'code',
            () =>
              random.one([
                'const token = await getToken()',
                'password: str = Field(...)',
                'if (password.length < 8) throw error',
              ]),
          ],
        ]
      : [
          [
            'hash',
            () =>
              random.one([
                `md5: ${sha(32)}`,
                `sha256:${sha(64)}`,
                `"integrity": "sha512-${createHash('sha512').update(random.digits(9)).digest('base64')}"`,
                `merge ${sha(12)} into main`,
                `etag: W/"${sha(20)}"`,
              ]),
          ],
          [
            'uuid',
            () =>
              random.one([
                `request_id=${randomUUID()}`,
                `"tenant": "${randomUUID()}"`,
                `trace ${sha(32)} span ${sha(16)}`,
              ]),
          ],
          [
            'placeholder',
            () =>
              random.one([
                'OPENAI_API_KEY=sk-...',
                'password = "changeme"',
                'api_key: YOUR_API_KEY_HERE',
                'SECRET_KEY={{ secret_key }}',
                'export TOKEN=$(cat /run/token)',
                'password: ********',
                `AWS_ACCESS_KEY_ID=AK${'IA'}IOSFODNN7EXAMPLE`,
                `Authorization: Bearer <your_token>`,
                'token: "xxxxxxxxxxxxxxxxxxxxxxxx"',
                'db_password: !vault |',
                "api_key = os.getenv('API_KEY')",
                'PASSWORD=${{ secrets.DB_PASSWORD }}',
              ]),
          ],
          [
            'code',
            () =>
              random.one([
                'const { token, secret } = await auth.refresh(session)',
                'passwordField.setText(passwordLabel)',
                'key = sorted(items, key=lambda item: item.id)',
                'def set_password(self, raw_password: str) -> None:',
                'max_tokens: 4096, top_p: 0.9',
                'tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased")',
                'const secretName = "projects/app/secrets/db"',
                'next_page_token: "CAEQAhgBIgQ"',
                'pwd=/home/app/releases/20240812',
                'primaryKey: "order_id"',
                'keyboard=us-intl-2024',
              ]),
          ],
          [
            'data',
            () =>
              random.one([
                `data:image/png;base64,iVBORw0KGgo${random.text(120, `${alphanumeric}+/`)}`,
                `ssh-rsa AAAAB3NzaC1yc2E${random.text(180, `${alphanumeric}+/`)} me@host`,
                `color: #${sha(6)}; background: #${sha(8)}`,
                `https://cdn.example.org/assets/main.${sha(20)}.js`,
                `version 2024.${random.digits(2)}.${random.digits(6)}`,
                `pk_${'live_'}${random.text(24, alphanumeric)}`,
                `arn:aws:iam::${random.digits(12)}:role/deploy`,
              ]),
          ],
          [
            'prose',
            () =>
              random.one([
                'The password must have at least 12 characters and one digit.',
                'How do I reset my password? The token in the e-mail has expired.',
                'Unser Passwort lautet natürlich nicht so wie im Beispiel.',
                'The secret is to let the dough rest for 24 hours.',
                'API keys are rotated every 90 days; ask security for yours.',
                'Das Token ist 3600 Sekunden gültig.',
              ]),
          ],
        ]
  return Array.from({ length: count }, (_, index) => {
    const [family, make] = makers[index % makers.length] ?? ['none', () => '']
    return { family, text: make(), gold: [] }
  })
}
