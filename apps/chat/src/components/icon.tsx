const paths = {
  break: 'M13 3 5.5 13.5H11L10 21l8-11h-5.5z',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M14.5 5 8 12l6.5 7',
  down: 'M12 5v14m-6-6 6 6 6-6',
  people:
    'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7m-6.5 8c.5-3.6 3-5.5 6.5-5.5s6 1.9 6.5 5.5M16 4.8a3.5 3.5 0 0 1 0 6.4m2 3.2c2 .8 3.2 2.5 3.5 5.1',
  plus: 'M12 5v14M5 12h14',
  send: 'M5 12h13m-5.5-5.5L18 12l-5.5 5.5',
  leave: 'M14 5H6.5A1.5 1.5 0 0 0 5 6.5v11A1.5 1.5 0 0 0 6.5 19H14m-3-7h9m-3.5-3.5L20 12l-3.5 3.5',
} as const

export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
