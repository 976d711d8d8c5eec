// Without `root`, Next.js would take the repository around this folder for the app's.
export default { turbopack: { root: import.meta.dirname }, reactStrictMode: true }
