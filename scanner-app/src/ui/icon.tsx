// The few pictures of the app, drawn on a 24-unit grid in the colour of the text around them. Each stands beside a word or
// inside a button that has a label: none speaks alone.
const shapes = {
  good: 'M4.5 12.5l5 5 10-11',
  check: 'M12 4.5v9M12 18.5v.01',
  wrong: 'M6 6l12 12M18 6L6 18',
  unknown: 'M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1-1.5 2.3M12 18.5v.01',
  up: 'M12 19V6M6.5 11.5L12 6l5.5 5.5',
  notice: 'M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5l1.5 1.5H5zM10 20.5h4',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20',
  list: 'M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5v.01M4.5 12v.01M4.5 17.5v.01',
  undo: 'M8.5 5L4 9.5 8.5 14M4.5 9.5H14a5 5 0 0 1 0 10h-3',
  erase: 'M9 5.5h11v13H9L3.5 12zM12 9.5l5 5M17 9.5l-5 5',
  on: 'M9.5 5.5L16 12l-6.5 6.5',
  back: 'M14.5 5.5L8 12l6.5 6.5',
  menu: 'M4 6.5h16M4 12h16M4 17.5h16',
  settings: 'M4 7.5h9M17.5 7.5H20M4 16.5h3M11.5 16.5H20M15.2 10a2.3 2.3 0 1 0 0-4.900 2.3 2.3 0 0 0 0 4.900zM9.200 19a2.3 2.3 0 1 0 0-4.900 2.3 2.3 0 0 0 0 4.900z',
  scan: 'M4 8V5.500h3M20 8V5.500h-3M4 16v2.500h3M20 16v2.500h-3M8 8.500v7M11 8.500v7M13.500 8.500v7M16 8.500v7',
  camera: 'M4 8h3.500l1.500-2.500h6L16.500 8H20v11H4zM12 16.500a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400z',
  place: 'M12 20.500s6.500-6 6.500-10.500a6.500 6.500 0 0 0-13 0c0 4.500 6.500 10.500 6.500 10.500zM12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  move: 'M4 8.500h13M13.500 5l3.500 3.500-3.500 3.500M20 15.500H7M10.500 12L7 15.500l3.500 3.500',
  kept: 'M5 5.500h14v13H5zM8.500 12l2.500 2.500 4.500-5',
  loose: 'M5 5.500h14v13H5zM12 8.500v4.500M12 15.800v.010',
  flag: 'M6 20.500V4.500h11l-2 4 2 4H6',
} as const

export type IconName = keyof typeof shapes

// Those that point along the line of reading turn with it.
const turning = new Set<IconName>(['on', 'back', 'undo'])

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={turning.has(name) ? 'icon turning' : 'icon'} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  )
}
