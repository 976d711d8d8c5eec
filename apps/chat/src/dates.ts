// The page is in English, so dates are formatted in English too.
const time = new Intl.DateTimeFormat('en', { hour: 'numeric', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' })

export function timeOf(at: number): string {
  return time.format(at)
}

export function dayOf(at: number, now = new Date()): string {
  const yesterday = new Date(now)
  yesterday.setDate(now.getDate() - 1)
  const date = new Date(at).toDateString()
  if (date === now.toDateString()) return 'Today'
  return date === yesterday.toDateString() ? 'Yesterday' : day.format(at)
}
