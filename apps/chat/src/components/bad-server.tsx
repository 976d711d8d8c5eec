import { sentence } from '../sentences.ts'
import { Brand } from './brand.tsx'

export function BadServer({ problem }: { readonly problem: string }) {
  return (
    <main className="centered">
      <div className="card">
        <Brand />
        <h1>No such server</h1>
        <p className="lead" role="alert">
          {sentence(problem)}
        </p>
        <a className="button" href={location.pathname}>
          Use the usual server
        </a>
      </div>
    </main>
  )
}
