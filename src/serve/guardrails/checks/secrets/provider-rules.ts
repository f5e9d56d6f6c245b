import { crc32 } from 'node:zlib'
import { entropyOf } from './entropy.ts'
import { isPlaceholder } from './placeholders.ts'

/** How a provider writes its secrets: from what its documents say, and from keys of ours. */
export interface ProviderRule {
  readonly type: string
  /** What they begin with; at least two characters. */
  readonly prefix: string
  /** What follows the prefix, to the end of the secret. Bounded. */
  readonly body: RegExp
  readonly score: number
  /** Bits a character that the body has at least. */
  readonly entropy: number
  readonly proves?: (secret: string) => boolean
}

const alphanumeric = '[A-Za-z0-9]'
const wordy = '[A-Za-z0-9_-]'
const hex = '[0-9a-f]'

function rule(
  type: string,
  prefixes: string,
  body: string,
  {
    score = 0.95,
    entropy = 2.8,
    proves,
  }: { score?: number; entropy?: number; proves?: (secret: string) => boolean } = {},
): ProviderRule[] {
  return prefixes.split(' ').map(prefix => ({
    type,
    prefix,
    body: new RegExp(`${body}(?!${alphanumeric})`, 'y'),
    score,
    entropy,
    ...(proves === undefined ? {} : { proves }),
  }))
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The last six characters are the CRC-32 of the others behind the prefix, in base 62. */
function endsInChecksum(secret: string): boolean {
  const random = secret.slice(secret.indexOf('_') + 1, -6)
  let sum = 0
  for (let at = secret.length - 6; at < secret.length; at += 1)
    sum = sum * 62 + base62.indexOf(secret.charAt(at))
  return crc32(random) === sum
}

export const providerRules: readonly ProviderRule[] = [
  // clouds
  rule('AWS_ACCESS_KEY', 'AKIA ASIA ABIA ACCA', '[A-Z2-7]{16}'),
  rule('GOOGLE_API_KEY', 'AIza', `${wordy}{35}`),
  rule('GOOGLE_OAUTH_SECRET', 'GOCSPX-', `${wordy}{28}`),
  rule('GOOGLE_OAUTH_TOKEN', 'ya29.', `${wordy}{40,300}`),
  rule('DIGITALOCEAN_TOKEN', 'dop_v1_ doo_v1_ dor_v1_', `${hex}{64}`),
  rule('ALIBABA_ACCESS_KEY', 'LTAI', `${alphanumeric}{16,20}`, { score: 0.8, entropy: 3.2 }),
  rule('HEROKU_KEY', 'HRKU-AA', `${wordy}{50,70}`),
  rule('FLY_TOKEN', 'fo1_', `${wordy}{43}`),
  rule('FLY_TOKEN', 'fm2_', '[A-Za-z0-9+/=_-]{100,800}'),
  rule('NETLIFY_TOKEN', 'nfp_', `${alphanumeric}{36}`),
  rule('RENDER_KEY', 'rnd_', `${alphanumeric}{32}`, { score: 0.85 }),
  rule('SUPABASE_KEY', 'sbp_', `${hex}{40}`),
  rule('SUPABASE_KEY', 'sb_secret_', `${wordy}{30,50}`),
  rule('PLANETSCALE_TOKEN', 'pscale_tkn_ pscale_pw_ pscale_oauth_', '[A-Za-z0-9_.=-]{32,64}'),
  rule('DATABRICKS_TOKEN', 'dapi', `${hex}{32}(?:-\\d)?`),
  rule('VAULT_TOKEN', 'hvs. hvb. hvr.', `${wordy}{24,250}`),
  rule('DOPPLER_TOKEN', 'dp.pt. dp.st. dp.ct. dp.sa.', '[A-Za-z0-9._-]{40,60}'),
  rule('PULUMI_TOKEN', 'pul-', `${hex}{40}`),
  rule('TAILSCALE_KEY', 'tskey-', '[a-z]{2,10}-[A-Za-z0-9]{6,}-[A-Za-z0-9]{16,40}'),
  rule('VERCEL_TOKEN', 'vcp_ vck_', `${alphanumeric}{40,64}`, { score: 0.85 }),
  rule('SLIPWAY_KEY', 'sk-slip-', `${alphanumeric}{43}`),
  // where code is kept and built
  rule('GITHUB_TOKEN', 'ghp_ gho_ ghu_ ghs_ ghr_', `${alphanumeric}{36}`, { proves: endsInChecksum }),
  rule('GITHUB_TOKEN', 'github_pat_', '[A-Za-z0-9_]{82}'),
  rule(
    'GITLAB_TOKEN',
    'glpat- gldt- glrt- glptt- glsoat- glcbt- glimt- glft- glagent- gloas-',
    '[A-Za-z0-9_.-]{20,110}',
  ),
  rule('BITBUCKET_TOKEN', 'ATBB', `${alphanumeric}{32}`),
  rule('ATLASSIAN_TOKEN', 'ATATT3 ATCTT3', '[A-Za-z0-9_=-]{60,250}'),
  rule('CIRCLECI_TOKEN', 'CCIPAT_ CCIPRJ_', '[A-Za-z0-9_]{40,80}'),
  rule('BUILDKITE_TOKEN', 'bkua_', `${hex}{40}`),
  rule('SONARQUBE_TOKEN', 'sqp_ squ_ sqa_', `${hex}{40}`),
  rule('SENTRY_TOKEN', 'sntrys_ sntryu_', '[A-Za-z0-9_=+/-]{60,400}'),
  rule('POSTMAN_KEY', 'PMAK-', `${hex}{24}-${hex}{34}`),
  // chat
  rule('SLACK_TOKEN', 'xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxo- xoxe.', '[A-Za-z0-9.-]{20,250}'),
  rule('SLACK_TOKEN', 'xapp-', '\\d-[A-Z0-9]{8,14}-\\d{8,16}-[a-z0-9]{40,80}'),
  rule('SLACK_WEBHOOK', 'hooks.slack.com/services/', 'T[A-Z0-9]{7,12}/B[A-Z0-9]{7,12}/[A-Za-z0-9]{20,32}'),
  rule(
    'DISCORD_WEBHOOK',
    'discord.com/api/webhooks/ discordapp.com/api/webhooks/',
    `\\d{16,20}/${wordy}{60,80}`,
  ),
  rule(
    'DISCORD_TOKEN',
    'MD MT Mj Mz ND NT Nj Nz OD OT Oj Oz',
    `${wordy}{20,26}\\.${wordy}{6}\\.${wordy}{27,38}`,
    { entropy: 3.8 },
  ),
  // payment and shops
  rule('STRIPE_KEY', 'sk_live_ rk_live_', `${alphanumeric}{20,120}`),
  rule('STRIPE_TEST_KEY', 'sk_test_ rk_test_', `${alphanumeric}{20,120}`, { score: 0.6 }),
  rule('STRIPE_WEBHOOK_SECRET', 'whsec_', '[A-Za-z0-9+/=]{32,70}'),
  rule('SQUARE_TOKEN', 'sq0atp- sq0csp-', `${wordy}{22,43}`),
  rule('BRAINTREE_TOKEN', 'access_token$production$', `[a-z0-9]{16}\\$${hex}{32}`),
  rule('RAZORPAY_KEY', 'rzp_live_', `${alphanumeric}{14}`, { score: 0.7 }),
  rule('SHOPIFY_TOKEN', 'shpat_ shpca_ shppa_ shpss_', `${hex}{32}`),
  rule('PLAID_TOKEN', 'access-production- access-development-', `${hex}{8}(?:-${hex}{4}){3}-${hex}{12}`),
  rule('FLUTTERWAVE_KEY', 'FLWSECK-', `${hex}{32}-X`),
  // models
  rule('OPENAI_KEY', 'sk-proj- sk-svcacct- sk-admin- sk-None-', `${wordy}{40,200}`, { entropy: 3.5 }),
  rule('OPENAI_KEY', 'sk-', `${alphanumeric}{20}T3BlbkFJ${alphanumeric}{20}`),
  rule('MODEL_API_KEY', 'sk-', `${alphanumeric}{32,64}`, { score: 0.85, entropy: 3.2 }),
  rule('ANTHROPIC_KEY', 'sk-ant-', `[a-z]{3,6}\\d\\d-${wordy}{40,120}`),
  rule('OPENROUTER_KEY', 'sk-or-v1-', `${hex}{64}`),
  rule('LANGFUSE_KEY', 'sk-lf-', `${hex}{8}(?:-${hex}{4}){3}-${hex}{12}`),
  rule('HUGGING_FACE_TOKEN', 'hf_ api_org_', '[A-Za-z]{34}', { entropy: 3.2 }),
  rule('GROQ_KEY', 'gsk_', `${alphanumeric}{52}`),
  rule('XAI_KEY', 'xai-', `${alphanumeric}{70,90}`),
  rule('PERPLEXITY_KEY', 'pplx-', `${alphanumeric}{40,60}`),
  rule('REPLICATE_TOKEN', 'r8_', `${alphanumeric}{37}`),
  rule('NVIDIA_KEY', 'nvapi-', `${wordy}{60,80}`),
  rule('LANGSMITH_KEY', 'lsv2_pt_ lsv2_sk_', `${hex}{32}_${hex}{10}`),
  rule('PINECONE_KEY', 'pcsk_', `[A-Za-z0-9_]{50,80}`),
  rule('CEREBRAS_KEY', 'csk-', `[a-z0-9]{48}`),
  rule('FIREWORKS_KEY', 'fw_', `${alphanumeric}{22,26}`, { score: 0.6, entropy: 3.6 }),
  rule('TOGETHER_KEY', 'tgp_v1_', `${wordy}{43}`),
  rule('ELEVENLABS_KEY', 'sk_', `${hex}{48}`),
  // packages and images
  rule('NPM_TOKEN', 'npm_', `${alphanumeric}{36}`, { proves: endsInChecksum }),
  rule('PYPI_TOKEN', 'pypi-AgE', `${wordy}{50,250}`),
  rule('RUBYGEMS_KEY', 'rubygems_', `${hex}{48}`),
  rule('CRATES_TOKEN', 'cio', `${alphanumeric}{32}`, { score: 0.8, entropy: 3.6 }),
  rule('NUGET_KEY', 'oy2', '[a-z0-9]{43}', { entropy: 3.4 }),
  rule('DOCKER_TOKEN', 'dckr_pat_ dckr_oat_', `${wordy}{27,40}`),
  rule('CLOJARS_TOKEN', 'CLOJARS_', `${hex}{60}`),
  // mail and messages
  rule('SENDGRID_KEY', 'SG.', `${wordy}{22}\\.${wordy}{43}`),
  rule('MAILGUN_KEY', 'key-', `${hex}{32}`, { score: 0.85 }),
  rule('TWILIO_KEY', 'SK', `${hex}{32}`),
  rule('BREVO_KEY', 'xkeysib- xsmtpsib-', `${hex}{64}-${alphanumeric}{16}`),
  rule('RESEND_KEY', 're_', `${alphanumeric}{8}_${alphanumeric}{24}`),
  // monitoring and others
  rule('NEW_RELIC_KEY', 'NRAK-', '[A-Z0-9]{27}'),
  rule('GRAFANA_TOKEN', 'glsa_', `${alphanumeric}{32}_${hex}{8}`),
  rule('GRAFANA_TOKEN', 'glc_', '[A-Za-z0-9+/=]{32,400}'),
  rule('DYNATRACE_TOKEN', 'dt0c01. dt0s01.', '[A-Z0-9]{24}\\.[A-Z0-9]{64}'),
  rule('NOTION_TOKEN', 'ntn_', `${alphanumeric}{40,50}`),
  rule('NOTION_TOKEN', 'secret_', `${alphanumeric}{43}`, { entropy: 3.6 }),
  rule('AIRTABLE_TOKEN', 'pat', `${alphanumeric}{14}\\.${hex}{64}`),
  rule('FIGMA_TOKEN', 'figd_', `${wordy}{36,50}`),
  rule('LINEAR_KEY', 'lin_api_', `${alphanumeric}{40}`),
  rule('TYPEFORM_TOKEN', 'tfp_', '[A-Za-z0-9_.=-]{44,70}'),
  rule('CONTENTFUL_TOKEN', 'CFPAT-', `${wordy}{43}`),
  rule('MAPBOX_SECRET_TOKEN', 'sk.eyJ', '[A-Za-z0-9_-]{20,200}\\.[A-Za-z0-9_-]{20,40}'),
  rule('AGE_SECRET_KEY', 'AGE-SECRET-KEY-1', '[02-9AC-HJ-NP-Z]{58}'),
  rule('ONE_PASSWORD_TOKEN', 'ops_eyJ', '[A-Za-z0-9_=-]{100,1500}'),
  rule('EASYPOST_KEY', 'EZAK EZTK', `${alphanumeric}{54}`),
  rule('SHIPPO_TOKEN', 'shippo_live_', `${hex}{40}`),
  rule('DROPBOX_TOKEN', 'sl.', `${wordy}{130,300}`),
].flat()

/** Whether what matched is a secret and no word, hash or example. */
export function isSecret({ entropy }: ProviderRule, body: string): boolean {
  return entropyOf(body) >= entropy && !isPlaceholder(body)
}
