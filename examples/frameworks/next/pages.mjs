import next from 'next'

/** Next.js, in production or in development. */
export async function createPages({ dev, http }) {
  const app = next({ dev, httpServer: http })
  await app.prepare()
  return app.getRequestHandler()
}
