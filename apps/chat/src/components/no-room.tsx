import type { Person } from '../people.ts'
import { BrandMark } from './brand.tsx'

export function NoRoom({ me }: { readonly me: Person }) {
  return (
    <main className="no-room">
      <BrandMark />
      <h1>
        Hello, <bdi>{me.name}</bdi>
      </h1>
      <p>Pick a room to see who is there, or make one of your own.</p>
    </main>
  )
}
