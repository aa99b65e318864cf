// The TypeScript SDK 2, as its documentation shows it.

import { pathToFileURL } from 'node:url'
import { main } from './playing.mjs'

const folder = `${process.env.CLIENT_FOLDER}/node_modules/@modelcontextprotocol/client/dist`
const { Client, StreamableHTTPClientTransport } = await import(pathToFileURL(`${folder}/index.mjs`))
const { StdioClientTransport } = await import(pathToFileURL(`${folder}/stdio.mjs`))

await main(async (job) => {
  const [command, ...args] = job.command
  const transport =
    job.door === 'stdio'
      ? new StdioClientTransport({ command, args, env: job.environ })
      : new StreamableHTTPClientTransport(new URL(job.url), { requestInit: { headers: job.headers } })
  const client = new Client({ name: 'proof', version: '1' })
  await client.connect(transport)
  return {
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: (name, args, options) => client.callTool({ name, arguments: args }, options),
    resource: (uri) => client.readResource({ uri }),
    prompt: (name, args) => client.getPrompt({ name, arguments: args }),
    close: () => client.close(),
  }
})
