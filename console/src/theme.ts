import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core'

/** One accent, the colour of deep water; greys that lean towards it. */
const tide: MantineColorsTuple = [
  '#e9f6fa',
  '#d3eaf2',
  '#a6d5e4',
  '#75bfd6',
  '#4fabcb',
  '#349dbf',
  '#2192b5',
  '#11749a',
  '#0b6281',
  '#044f6b',
]

const gray: MantineColorsTuple = [
  '#f8f9fb',
  '#f1f3f6',
  '#e6e9ee',
  '#dadfe6',
  '#c5ccd6',
  '#a2abb8',
  '#7a8494',
  '#596373',
  '#3b4453',
  '#1c2430',
]

const dark: MantineColorsTuple = [
  '#dde2ea',
  '#bcc4d0',
  '#939dac',
  '#6b7585',
  '#3a4351',
  '#2a323e',
  '#1f2630',
  '#12171e',
  '#0d1117',
  '#090c11',
]

const red: MantineColorsTuple = [
  '#fff1f1',
  '#ffe0e0',
  '#ffc4c4',
  '#ffa3a3',
  '#ff8585',
  '#f26a6a',
  '#de4a4a',
  '#c02b30',
  '#a32328',
  '#7f1b1f',
]

export const theme = createTheme({
  primaryColor: 'tide',
  primaryShade: 7,
  black: '#1c2430',
  colors: { tide, gray, dark, red },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily:
    'Inter, -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", "JetBrains Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8438rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.3' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.4' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { withArrow: false, openDelay: 250, fz: 'xs', withinPortal: true } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.3 } } },
    Drawer: { defaultProps: { overlayProps: { backgroundOpacity: 0.2 } } },
    Table: { defaultProps: { verticalSpacing: 'sm', horizontalSpacing: 'md' } },
    Menu: { defaultProps: { shadow: 'md' } },
  },
})

/** Contrast of quiet text is 4.5:1 or more on every surface it stands on (WCAG 2.2 AA). */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1c2430',
    '--mantine-color-dimmed': '#596373',
    '--mantine-color-placeholder': '#687282',
    '--mantine-color-error': '#c02b30',
    '--surface-sunken': '#f8f9fb',
    '--surface-hover': '#f3f6f9',
    '--surface-active': '#e9f3f8',
    '--line': '#e6e9ee',
    '--line-strong': '#cfd6df',
    '--accent': '#11749a',
    '--accent-soft': '#a6d5e4',
    '--good': '#1a7a4c',
    '--warn': '#96590a',
    '--bad': '#c02b30',
    '--idle': '#7a8494',
    // one for each group of a stack, told apart by lightness too
    '--cost-1': '#11749a',
    '--cost-2': '#c07a12',
    '--cost-3': '#7a5bd0',
    '--cost-4': '#2f8a5b',
    '--cost-5': '#b8416f',
    '--cost-6': '#5a6b86',
    '--cost-others': '#9aa3b0',
  },
  dark: {
    '--mantine-color-body': '#12171e',
    '--mantine-color-text': '#dde2ea',
    '--mantine-color-dimmed': '#98a2b1',
    '--mantine-color-placeholder': '#8993a3',
    '--mantine-color-error': '#ff8585',
    '--mantine-color-red-light-color': '#ff8585',
    '--surface-sunken': '#0d1117',
    '--surface-hover': '#19202a',
    '--surface-active': '#16303c',
    '--line': '#252d38',
    '--line-strong': '#3a4351',
    '--accent': '#4fabcb',
    '--accent-soft': '#22566b',
    '--good': '#4cc38a',
    '--warn': '#e5a54b',
    '--bad': '#ff8585',
    '--idle': '#7d8797',
    '--cost-1': '#4fabcb',
    '--cost-2': '#dd9a3c',
    '--cost-3': '#a993f0',
    '--cost-4': '#5cc493',
    '--cost-5': '#e67ba3',
    '--cost-6': '#93a4bf',
    '--cost-others': '#5c6675',
  },
})
