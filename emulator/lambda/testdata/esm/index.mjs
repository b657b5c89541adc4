import { readFileSync } from 'node:fs';
const loaded = await Promise.resolve('esm');
export const handler = async (event) => loaded + (readFileSync ? '' : '');
export default { inDefault: async () => 'default' };
