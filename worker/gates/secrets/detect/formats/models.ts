import { alphanumeric, charactersOf, letters, lowerDigits, lowerHex, urlSafe, word } from '../characters.ts'
import { format, run, uuid } from '../token-format.ts'

const openAi = 'https://platform.openai.com/docs/api-reference/authentication'
const anthropic = 'https://docs.anthropic.com/en/api/getting-started'
const huggingFace = 'https://huggingface.co/docs/hub/security-tokens'
/** Every OpenAI key made since 2023 carries it: base64 of "OpenAI". */
const hasOpenAiMark = (token: string) => token.includes('T3BlbkFJ')

/** Models and what stands around them. */
export const models = [
  format('anthropic', 'an Anthropic key', ['sk-ant-api03-', 'sk-ant-admin01-'], run(urlSafe, 77, 95), anthropic, {
    check: (token) => token.endsWith('AA'),
  }),
  format(
    'anthropic',
    'an Anthropic session token',
    ['sk-ant-oat01-', 'sk-ant-sid01-', 'sk-ant-ort01-'],
    run(urlSafe, 60, 160),
    anthropic,
  ),
  format('openai', 'an OpenAI key', 'sk-', run(alphanumeric, 40, 60), openAi, { check: hasOpenAiMark }),
  format('openai', 'an OpenAI key', ['sk-proj-', 'sk-svcacct-', 'sk-admin-'], run(urlSafe, 48, 250), openAi, {
    check: hasOpenAiMark,
  }),
  format(
    'openrouter',
    'an OpenRouter key',
    'sk-or-v1-',
    run(lowerHex, 64),
    'https://openrouter.ai/docs/api-reference/authentication',
  ),
  format('deepseek', 'a DeepSeek or compatible key', 'sk-', run(lowerHex, 32), 'https://api-docs.deepseek.com/', {
    minEntropy: 3,
  }),
  format('groq', 'a Groq key', 'gsk_', run(alphanumeric, 52), 'https://console.groq.com/docs/api-keys'),
  format(
    'perplexity',
    'a Perplexity key',
    'pplx-',
    run(alphanumeric, 48, 56),
    'https://docs.perplexity.ai/guides/api-key-management',
  ),
  format('huggingface', 'a Hugging Face token', 'hf_', run(alphanumeric, 34), huggingFace, { minEntropy: 2 }),
  format('huggingface', 'a Hugging Face organisation token', 'api_org_', run(letters, 34), huggingFace, {
    minEntropy: 2,
  }),
  format(
    'replicate',
    'a Replicate token',
    'r8_',
    run(alphanumeric, 37, 40),
    'https://replicate.com/docs/reference/http',
  ),
  format('xai', 'an xAI key', 'xai-', run(alphanumeric, 80), 'https://docs.x.ai/docs/overview'),
  format(
    'langchain',
    'a LangSmith key',
    ['lsv2_pt_', 'lsv2_sk_'],
    [run(lowerHex, 32), '_', run(lowerHex, 10)],
    'https://docs.smith.langchain.com/administration/how_to_guides/organization_management/create_account_api_key',
  ),
  format(
    'fireworks',
    'a Fireworks key',
    'fw_',
    run(alphanumeric, 22, 24),
    'https://docs.fireworks.ai/getting-started/introduction',
    { minEntropy: 3.3 },
  ),
  format('cerebras', 'a Cerebras key', 'csk-', run(alphanumeric, 48), 'https://inference-docs.cerebras.ai/quickstart'),
  format(
    'nvidia',
    'an NVIDIA key',
    'nvapi-',
    run(urlSafe, 60, 70),
    'https://docs.nvidia.com/ngc/latest/ngc-private-registry-user-guide.html',
  ),
  format('voyage', 'a Voyage key', 'pa-', run(urlSafe, 43), 'https://docs.voyageai.com/docs/api-key-and-installation', {
    minEntropy: 4,
  }),
  format(
    'pinecone',
    'a Pinecone key',
    'pcsk_',
    run(alphanumeric, 50, 80),
    'https://docs.pinecone.io/guides/projects/manage-api-keys',
  ),
  format(
    'elevenlabs',
    'an ElevenLabs key',
    'sk_',
    run(lowerHex, 48),
    'https://elevenlabs.io/docs/api-reference/authentication',
    { minEntropy: 3 },
  ),
  format(
    'tavily',
    'a Tavily key',
    ['tvly-dev-', 'tvly-prod-', 'tvly-'],
    run(alphanumeric, 32),
    'https://docs.tavily.com/documentation/api-reference/introduction',
    { minEntropy: 3.5 },
  ),
  format(
    'firecrawl',
    'a Firecrawl key',
    'fc-',
    run(lowerHex, 32),
    'https://docs.firecrawl.dev/api-reference/introduction',
    { minEntropy: 3 },
  ),
  format('e2b', 'an E2B key', 'e2b_', run(lowerHex, 40), 'https://e2b.dev/docs/api-key', { minEntropy: 3 }),
  format(
    'langfuse',
    'a Langfuse secret key',
    'sk-lf-',
    uuid,
    'https://langfuse.com/faq/all/where-are-langfuse-api-keys',
  ),
  format('together', 'a Together key', 'tgp_v1_', run(urlSafe, 43), 'https://docs.together.ai/docs/quickstart'),
  format('jina', 'a Jina key', 'jina_', run(urlSafe, 55, 65), 'https://jina.ai/api-dashboard/'),
  format(
    'wandb',
    'a Weights & Biases key',
    'wandb_v1_',
    run(word, 40, 90),
    'https://docs.wandb.ai/support/find_api_key/',
  ),
  format('runpod', 'a RunPod key', 'rpa_', run(alphanumeric, 40, 50), 'https://docs.runpod.io/get-started/api-keys', {
    minEntropy: 3.3,
  }),
  format('context7', 'a Context7 key', 'ctx7sk-', uuid, 'https://context7.com/docs/api-guide'),
  format('cursor', 'a Cursor key', 'key_', run(lowerHex, 64), 'https://docs.cursor.com/en/account/teams/admin-api'),
  format(
    'photoroom',
    'a Photoroom key',
    'sk_pr_',
    [run(lowerDigits, 1, 30), '_', run(lowerHex, 40)],
    'https://docs.photoroom.com/getting-started/how-can-i-get-my-api-key',
  ),
  format(
    'salad',
    'a SaladCloud key',
    'salad_cloud_',
    [run(alphanumeric, 1, 20), '_', run(alphanumeric, 20, 240)],
    'https://docs.salad.com/reference/saladcloud-api/authentication',
    { minEntropy: 3.3 },
  ),
  format('llamacloud', 'a LlamaCloud key', 'llx-', run(urlSafe, 48), 'https://docs.cloud.llamaindex.ai/api_key', {
    minEntropy: 3.3,
  }),
  format(
    'aws-bedrock',
    'an Amazon Bedrock key',
    'ABSK',
    run(charactersOf('0-9', 'A-Z', 'a-z', '+/='), 109, 269),
    'https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html',
    { minEntropy: 4 },
  ),
]
