// Names, streets and bank accounts for the benchmark, from faker's lists, which are not ours: people.mjs SEED COUNT
import { allFakers } from '@faker-js/faker'

const [seed, count] = process.argv.slice(2).map(Number)
const locales = { en: 'en_US', de: 'de', fr: 'fr', es: 'es', it: 'it', nl: 'nl', pl: 'pl', pt: 'pt_BR' }
const countries = { en: 'GB', de: 'DE', fr: 'FR', es: 'ES', it: 'IT', nl: 'NL', pl: 'PL', pt: 'PT' }

const people = {}
for (const [language, locale] of Object.entries(locales)) {
  const faker = allFakers[locale]
  faker.seed(seed)
  const many = make => Array.from({ length: count }, make)
  people[language] = {
    names: many(() => `${faker.person.firstName()} ${faker.person.lastName()}`),
    locals: many(() => faker.internet.username().toLowerCase()),
    addresses: many(() => address(language, faker)),
    ibans: many(() =>
      faker.finance.iban({ formatted: faker.datatype.boolean(), countryCode: countries[language] }),
    ),
  }
}

function address(language, faker) {
  const street = faker.location.streetAddress()
  const zip = faker.location.zipCode()
  const city = faker.location.city()
  if (language === 'en') return `${street}, ${city}, ${faker.location.state({ abbreviated: true })} ${zip}`
  // faker puts the number in front in Portuguese, where nobody does
  if (language === 'pt')
    return `${faker.location.street()}, ${faker.number.int({ min: 1, max: 999 })}, ${zip} ${city}`
  return `${street}, ${zip} ${city}`
}
process.stdout.write(JSON.stringify(people))
