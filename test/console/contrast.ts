import type { Page } from 'playwright-core'

/**
 * The texts in sight whose contrast is below WCAG 2.2 AA (1.4.3): 4.5:1, or 3:1 from 24 px, or from 18.66 px where
 * bold. Controls that are disabled are exempt.
 */
export async function findPaleTexts(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    type Color = readonly [number, number, number, number]
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!

    function parse(text: string): Color {
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = text
      canvas.fillRect(0, 0, 1, 1)
      const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data
      return [red, green, blue, alpha / 255]
    }
    function over(top: Color, below: Color): Color {
      const mix = (index: 0 | 1 | 2) => top[index] * top[3] + below[index] * (1 - top[3])
      return [mix(0), mix(1), mix(2), 1]
    }
    function backgroundOf(element: Element): Color {
      const layers: Color[] = []
      for (let each: Element | null = element; each; each = each.parentElement) {
        const layer = parse(getComputedStyle(each).backgroundColor)
        if (layer[3] > 0) layers.push(layer)
        if (layer[3] === 1) break
      }
      return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1] as Color)
    }
    function luminance([red, green, blue]: Color): number {
      const linear = (value: number) => {
        const share = value / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      }
      return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    const found: string[] = []
    for (const element of document.querySelectorAll('body *')) {
      const text = [...element.childNodes]
        .filter(node => node.nodeType === Node.TEXT_NODE)
        .map(node => node.textContent?.trim() ?? '')
        .join('')
      if (text === '' || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue
      if (element.closest(':disabled, [data-disabled], svg, script, style, noscript')) continue
      const style = getComputedStyle(element)
      const background = backgroundOf(element)
      const foreground = over(parse(style.color), background)
      const [high, low] = [luminance(foreground), luminance(background)].sort((a, b) => b - a) as [
        number,
        number,
      ]
      const ratio = (high + 0.05) / (low + 0.05)
      const sizePx = Number.parseFloat(style.fontSize)
      const isLarge = sizePx >= 24 || (sizePx >= 18.66 && Number(style.fontWeight) >= 600)
      if (ratio < (isLarge ? 3 : 4.5))
        found.push(`${ratio.toFixed(2)}:1 "${text.slice(0, 40)}" .${element.className}`)
    }
    return found
  })
}
