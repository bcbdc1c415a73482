"""A stand-in for NCBI's E-utilities, really served over HTTP on loopback, with a corpus of our own records."""

from .corpus import Article, Corpus, many
from .faults import FAULTS, LIES
from .server import LoggedRequest, PubMedServer
from .sleepers import TOPIC, trial, unindexed

__all__ = [
    "FAULTS",
    "LIES",
    "TOPIC",
    "Article",
    "Corpus",
    "LoggedRequest",
    "PubMedServer",
    "many",
    "trial",
    "unindexed",
]
