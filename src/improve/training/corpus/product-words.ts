/** Fills a phrasing with the product and the words that follow its number. */
export function productWords(phrasing: string, product: string, isPlural: boolean): string {
  const article = /^[aeiou]/i.test(product) ? 'an' : 'a'
  const words: Readonly<Record<string, string>> = {
    product,
    product_a: isPlural ? product : `${article} ${product}`,
    is: isPlural ? 'are' : 'is',
    has: isPlural ? 'have' : 'has',
    does: isPlural ? 'do' : 'does',
    it: isPlural ? 'them' : 'it',
    they: isPlural ? 'they' : 'it',
  }
  return phrasing.replaceAll(/\{(\w+)\}/g, (slot, name: string) => words[name] ?? slot)
}
