import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { Failure } from '../failure.ts'

const execute = promisify(execFile)

export interface Account {
  readonly uid: number
  readonly gid: number
}

/** How a program is started as the account that owns the database. */
export interface Launch {
  readonly account: Account | undefined
  /** Put before the command line. */
  readonly prefix: readonly string[]
}

/**
 * Postgres refuses to run as root. Where we are root it gets a uid that nothing else on the machine has:
 * 60900 lies in the range that neither distributions nor systemd hand out.
 * https://systemd.io/UIDS-GIDS/
 */
const ownAccount: Account = { uid: 60_900, gid: 60_900 }

/** Capabilities that let a program through folders that its uid may not enter, the weakest first. */
const capabilities = ['dac_read_search', 'dac_override'] as const

/** The account for a new database: ours, or the machine's own `postgres` where there is one. */
export async function chooseAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  return (await findAccount('postgres')) ?? ownAccount
}

/** `initdb` wants an account with a name; the files are handed over to the real one afterwards. */
export async function accountForSetup(account: Account | undefined): Promise<Account | undefined> {
  if (account?.uid !== ownAccount.uid) return account
  const nobody = await findAccount('nobody')
  if (nobody) return nobody
  throw new Failure(
    'invalid_environment',
    'Started as root, the embedded Postgres needs a user "nobody" or "postgres" in /etc/passwd to set itself up. Add one, start Slipway as another user, or set DATABASE_URL.',
  )
}

async function findAccount(name: string): Promise<Account | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  for (const line of passwd.split('\n')) {
    const [user, , uid, gid] = line.split(':')
    if (user === name && Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) }
  }
  return undefined
}

/**
 * Finds out by trying how `account` can run `program` and reach `directory`. A clone below /root, which is closed
 * to everybody else, takes one capability beside the uid: to search folders, and no more where that suffices.
 */
export async function findLaunch(
  account: Account | undefined,
  program: string,
  directory: string,
): Promise<Launch> {
  if (!account) return { account, prefix: [] }
  const { uid, gid } = account
  // access(2), with which Postgres looks for its own files, forgets capabilities unless told not to
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup']
  const launches: Launch[] = [
    { account, prefix: [] },
    ...capabilities.map(capability => ({
      account: undefined,
      prefix: ['setpriv', ...identity, `--inh-caps=+${capability}`, `--ambient-caps=+${capability}`, '--'],
    })),
  ]
  let problem: unknown
  for (const launch of launches) {
    try {
      const [file, ...args] = commandLine(launch, [
        '/bin/sh',
        '-c',
        'cd "$1" && exec "$0" --version',
        program,
        directory,
      ])
      await execute(file, args, { cwd: '/', ...(launch.account && { uid, gid }) })
      return launch
    } catch (error) {
      problem ??= error
    }
  }
  throw new Failure(
    'invalid_environment',
    `Started as root, Slipway runs Postgres as uid ${uid}, and that one cannot reach ${program} or ${directory}. Start Slipway as an ordinary user, or open the folders above to others (chmod o+x), or install setpriv (package util-linux) and keep the capability DAC_READ_SEARCH, or set DATABASE_URL.`,
    { cause: problem },
  )
}

/** The command line as `child_process` wants it. */
export function commandLine(launch: Launch, command: readonly [string, ...string[]]): [string, ...string[]] {
  const [first, ...rest] = [...launch.prefix, ...command]
  return [first ?? command[0], ...rest]
}
