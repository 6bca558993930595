"""A BERT encoder with a classifier, under the names of Hugging Face's BertForSequenceClassification."""

import dataclasses

import torch
import torch.nn.functional as F
from torch import nn


@dataclasses.dataclass(frozen=True)
class BertSize:
    layers: int = 12
    features: int = 768
    heads: int = 12
    inner: int = 3072
    positions: int = 512
    types: int = 2
    classes: int = 3


class Embeddings(nn.Module):
    def __init__(self, size: BertSize, vocabulary: int):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocabulary, size.features)
        self.position_embeddings = nn.Embedding(size.positions, size.features)
        self.token_type_embeddings = nn.Embedding(size.types, size.features)
        self.LayerNorm = nn.LayerNorm(size.features, eps=1e-12)
        self.register_buffer("position_ids", torch.arange(size.positions)[None], persistent=False)

    def forward(self, ids, types):
        positions = self.position_embeddings(self.position_ids[:, :ids.shape[1]])
        return self.LayerNorm(self.word_embeddings(ids) + self.token_type_embeddings(types) + positions)


class SelfAttention(nn.Module):
    fused = False  # Written out, exporters and ONNX Runtime's optimiser know it by sight.

    def __init__(self, size: BertSize):
        super().__init__()
        self.heads, self.head_features = size.heads, size.features // size.heads
        self.query, self.key, self.value = (nn.Linear(size.features, size.features) for _ in range(3))

    def _split(self, x):
        return x.view(x.shape[0], x.shape[1], self.heads, self.head_features).permute(0, 2, 1, 3)

    def forward(self, x, bias):
        query, key, value = self._split(self.query(x)), self._split(self.key(x)), self._split(self.value(x))
        if self.fused:
            context = F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        else:
            scores = torch.matmul(query, key.transpose(-1, -2)) / self.head_features**0.5
            scores = scores if bias is None else scores + bias
            context = torch.matmul(scores.softmax(-1), value)
        context = context.permute(0, 2, 1, 3).contiguous()
        return context.view(x.shape[0], x.shape[1], self.heads * self.head_features)


class Output(nn.Module):
    """A linear layer, the residual sum and LayerNorm."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.dense = nn.Linear(inputs, outputs)
        self.LayerNorm = nn.LayerNorm(outputs, eps=1e-12)

    def forward(self, x, residual):
        return self.LayerNorm(self.dense(x) + residual)


class Layer(nn.Module):
    def __init__(self, size: BertSize):
        super().__init__()
        self.attention = nn.ModuleDict({"self": SelfAttention(size), "output": Output(size.features, size.features)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(size.features, size.inner)})
        self.output = Output(size.inner, size.features)

    def forward(self, x, bias):
        x = self.attention["output"](self.attention["self"](x, bias), x)
        return self.output(F.gelu(self.intermediate["dense"](x)), x)


class Bert(nn.Module):
    def __init__(self, size: BertSize, vocabulary: int):
        super().__init__()
        layers = nn.ModuleDict({"layer": nn.ModuleList(Layer(size) for _ in range(size.layers))})
        pooler = nn.ModuleDict({"dense": nn.Linear(size.features, size.features)})
        self.bert = nn.ModuleDict({"embeddings": Embeddings(size, vocabulary), "encoder": layers, "pooler": pooler})
        self.classifier = nn.Linear(size.features, size.classes)

    def fuse_attention(self):
        for module in self.modules():
            if isinstance(module, SelfAttention):
                module.fused = True
        return self

    def forward(self, ids, types, mask=None):
        """int64 [batch, tokens]; the mask is 1 for real tokens. Without one, all are real."""
        x = self.bert["embeddings"](ids, types)
        bias = None
        if mask is not None:
            bias = (1.0 - mask[:, None, None, :].to(x.dtype)) * torch.finfo(x.dtype).min
        for layer in self.bert["encoder"]["layer"]:
            x = layer(x, bias)
        return self.classifier(torch.tanh(self.bert["pooler"]["dense"](x[:, 0])))
