import { createReadStream, existsSync } from 'node:fs'
import { extname, join } from 'node:path'

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }

/** Vite's development server, or the built files of dist/. */
export async function createPages({ dev, http }) {
  if (!dev) return sendFile
  const { createServer } = await import('vite')
  const vite = await createServer({ server: { middlewareMode: true, hmr: { server: http } } })
  return vite.middlewares
}

function sendFile({ url }, response) {
  const { pathname } = new URL(url, 'http://localhost')
  const file = join('dist', pathname === '/' ? 'index.html' : pathname)
  if (!existsSync(file)) return response.writeHead(404).end()
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
  createReadStream(file).pipe(response)
}
