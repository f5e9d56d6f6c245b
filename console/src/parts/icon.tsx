/** Line icons on a 24-unit grid, drawn here so that a dozen pictures do not bring a library of thousands. */
const paths = {
  overview: 'M4 19V5M4 19h16M8 15l3.5-5 3.5 3 4-6',
  inferences: 'M4 6h16M4 12h10M4 18h7',
  playground: 'M5 5h14a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-7l-4.5 4v-4H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Z',
  services: 'M12 3l8 4.5v9L12 21l-8-4.5v-9L12 3ZM4.3 7.7 12 12l7.7-4.3M12 12v8.8',
  engines: 'M5 4h14v6H5zM5 14h14v6H5zM8 7h.01M8 17h.01',
  batches: 'M7 4h13v13M4 8h12v12H4zM7 12h6M7 16h4',
  reviews:
    'M12 5c4.5 0 7.7 3.5 9 7-1.3 3.5-4.5 7-9 7s-7.7-3.5-9-7c1.3-3.5 4.5-7 9-7ZM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
  keys: 'M14.5 9.5a4.5 4.5 0 1 0-3.9 4.46L12 15.5h2v2h2v2h3.5v-3.2L14.4 11.2c.07-.55.1-1.1.1-1.7ZM9 8.5h.01',
  tenants: 'M4 20V6l7-2v16M11 20h9V10l-9-2M7 9h1M7 13h1M14.5 13h2M14.5 16.5h2M3 20h18',
  audit: 'M6 3h9l4 4v14H6zM14.5 3v4.5H19M9.5 12h6M9.5 16h4',
  costs:
    'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM14.6 9.2c-.5-.8-1.4-1.2-2.6-1.2-1.5 0-2.6.7-2.6 1.9 0 2.8 5.4 1.2 5.4 4.1 0 1.3-1.2 2-2.8 2-1.3 0-2.3-.5-2.8-1.4M12 6.5V8M12 16v1.5',
  limits: 'M4 17a8 8 0 1 1 16 0M12 17l4-5M7 17h.01M17 17h.01',
  system:
    'M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1',
  cache:
    'M12 4c4.4 0 8 1.3 8 3s-3.6 3-8 3-8-1.3-8-3 3.6-3 8-3ZM4 7v10c0 1.7 3.6 3 8 3s8-1.3 8-3V7M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3',
  guardrails: 'M12 3l7.5 3v5.5c0 4.5-3 7.9-7.5 9.5-4.5-1.6-7.5-5-7.5-9.5V6L12 3ZM8.5 12l2.5 2.5 4.5-5',
  judges: 'M12 4v16M7 20h10M5 7h14M5 7l-2.5 6h5L5 7ZM19 7l-2.5 6h5L19 7ZM12 4l0 3',
  train: 'M4 4v16h16M7 6c1 7 4 10 12 10.5M7 12.5h.01M11 10h.01M15 13h.01',
  model: 'M12 3l8 4-8 4-8-4 8-4ZM4 12l8 4 8-4M4 16.5l8 4 8-4',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.3 15.3 20 20',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4',
  moon: 'M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z',
  screen: 'M4 5h16v11H4zM9 20h6M12 16v4',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  chevronDown: 'M6 9.5l6 6 6-6',
  chevronUp: 'M6 14.5l6-6 6 6',
  arrowRight: 'M5 12h14M13 6l6 6-6 6',
  external: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M7 7h10v10H7z',
  retry: 'M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5',
  code: 'M8.5 7 3.5 12l5 5M15.5 7l5 5-5 5',
  flow: 'M3 9h5v6H3zM16 4h5v6h-5zM16 14h5v6h-5zM8 12h4M12 7v10M12 7h4M12 17h4',
  table: 'M4 5h16v14H4zM4 10h16M10 10v9',
  chart: 'M5 19V11M12 19V5M19 19v-6',
  filter: 'M4 6h16M7 12h10M10 18h4',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7.5V12l3 2',
  warning: 'M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17h.01',
  signOut: 'M14 4H5v16h9M10 12h10M16.5 8.5 20 12l-3.5 3.5',
  sliders: 'M4 8h8M16 8h4M14 6v4M4 16h3M11 16h9M9 14v4',
  book: 'M5 4h6a1.5 1.5 0 0 1 1 .5A1.5 1.5 0 0 1 13 4h6v15h-6a1 1 0 0 0-1 1 1 1 0 0 0-1-1H5zM12 5v14',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      className="icon"
    >
      <path d={paths[name]} />
    </svg>
  )
}
