/** Licenses of models that SPDX knows, by their ids in lower case: headers of models write them so. */
const known: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'Apache-2.0',
    'MIT',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'CC-BY-4.0',
    'CC-BY-SA-4.0',
    'CC-BY-NC-4.0',
    'CC-BY-NC-SA-4.0',
    'CC-BY-NC-ND-4.0',
    'CC0-1.0',
    'GPL-3.0-only',
    'AGPL-3.0-only',
    'LGPL-3.0-only',
    'MPL-2.0',
    'Unlicense',
  ].map(id => [id.toLowerCase(), id]),
)

/** A license as CycloneDX has it: by its SPDX id where that is sure, else by the name that it was given. */
export function licenseOf(text: string): { license: { id: string } | { name: string } } {
  const id = known[text.trim().toLowerCase()]
  return { license: id === undefined ? { name: text.trim().slice(0, 200) } : { id } }
}
